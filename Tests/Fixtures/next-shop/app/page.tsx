import { Late } from './late'

export default async function Page() {
  const { greeting } = await import('../messages/en')
  return (
    <main>
      <h1>{greeting}</h1>
      <Late />
    </main>
  )
}
