import { Suspense } from 'react'

export const dynamic = 'force-dynamic'

async function Late() {
  // The test asks the backend to let it go on.
  await fetch(`${process.env.BACKEND}/hold`, { cache: 'no-store' })
  return <p>the late part</p>
}

export default function Page() {
  return (
    <main>
      <p>the early part</p>
      <Suspense fallback={<p>waiting</p>}>
        <Late />
      </Suspense>
    </main>
  )
}
