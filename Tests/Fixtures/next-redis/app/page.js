import { randomUUID } from 'node:crypto'
import { unstable_cache } from 'next/cache'
import { release } from './release'

export const dynamic = 'force-dynamic'

const stock = unstable_cache(async () => randomUUID(), ['stock'], { tags: ['stock'] })

export default async function Page() { return <p>{`${release}, stock ${await stock()}`}</p> }
