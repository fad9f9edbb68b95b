import dynamic from 'next/dynamic'
import Link from 'next/link'
import { useState } from 'react'
import { Picture } from '../parts/picture'

const Part = dynamic(() => import('../parts/late'), { ssr: false })

export const getStaticProps = () => ({ props: { data: 'VERSION data' } })

export default function Page({ data }) {
  const [isShown, show] = useState(false)
  return (
    <main>
      <h1>VERSION home, {data}</h1>
      {isShown ? <Part /> : <button id="late" onClick={() => show(true)}>late</button>}
      <Picture />
      <Link id="prefetched" href="/late">prefetched</Link>
      <Link id="plain" href="/plain" prefetch={false}>its data were made by the build</Link>
      <Link id="asked" href="/asked" prefetch={false}>its data are made when it is asked for</Link>
      <Link id="bare" href="/bare" prefetch={false}>it has no data</Link>
    </main>
  )
}
