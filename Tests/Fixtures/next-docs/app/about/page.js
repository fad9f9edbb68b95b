export const dynamic = 'force-dynamic'

export default function About() {
  return <h1>{process.env.GREETING}</h1>
}
