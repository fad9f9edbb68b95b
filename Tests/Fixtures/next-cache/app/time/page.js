import { Value } from '../value'

export const revalidate = 1
export default function Page() { return <Value of="time" options={{ cache: undefined }} /> }
