export default function Page() {
  return <h1>version 1</h1>
}
