import { headers } from 'next/headers'

export default async function Target() {
  return <h1>{`the target, ${(await headers()).get('x-to-app') ?? 'rewritten'}`}</h1>
}
