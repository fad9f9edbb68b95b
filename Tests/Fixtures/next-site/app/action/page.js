import { redirect } from 'next/navigation'

// A static page whose action holds a value of the page: it is encrypted when the page is built.
export default function Page() {
  const held = 'held'
  async function go() {
    'use server'
    redirect(`/target?with=${held}`)
  }
  return (
    <form action={go}>
      <button>Go</button>
    </form>
  )
}
