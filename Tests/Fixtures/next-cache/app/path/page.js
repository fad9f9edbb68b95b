import { Value } from '../value'

export default function Page() { return <Value of="path" /> }
