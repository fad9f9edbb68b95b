import { Value } from '../../value'

// Made when it is first asked for, and kept.
export const generateStaticParams = () => []
export default async function Page({ params }) { return <Value of={`item${(await params).id}`} /> }
