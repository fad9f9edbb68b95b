import Link from 'next/link'
import { Late } from './loader'
import { answer } from './actions'
import { Ask } from './ask'
import { Picture } from './picture'

export default function Page() {
  return (
    <main>
      <h1>VERSION home</h1>
      <Late />
      <Picture />
      <Ask action={answer} />
      <Link id="prefetched" href="/late">prefetched</Link>
      <Link id="plain" href="/plain" prefetch={false}>plain</Link>
    </main>
  )
}
