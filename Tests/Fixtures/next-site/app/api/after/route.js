import { after } from 'next/server'

export async function GET() {
  after(async () => {
    await fetch(`${process.env.BACKEND}/hold`, { cache: 'no-store' })
    await fetch(`${process.env.BACKEND}/after-ran`, { cache: 'no-store' })
  })
  return new Response('answered')
}
