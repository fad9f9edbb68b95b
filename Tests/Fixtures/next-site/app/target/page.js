export default function Target() {
  return <h1>the target</h1>
}
