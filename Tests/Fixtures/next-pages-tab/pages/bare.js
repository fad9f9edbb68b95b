export default function Page() {
  return <h1>VERSION bare</h1>
}
