import { randomUUID } from 'node:crypto'
import { release } from '../release'

// Made by the build.
export default function Page() { return <p>{`${release}, made ${randomUUID()}`}</p> }
