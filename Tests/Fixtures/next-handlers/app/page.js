import { cacheLife, cacheTag } from 'next/cache'

async function value() {
  'use cache'
  cacheTag('stock')
  cacheLife('max')
  return (await fetch(`${process.env.BACKEND}/tag`)).text()
}

export default async function Page() { return <p>{`release one, tag ${await value()}`}</p> }
