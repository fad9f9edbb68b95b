export default function Part() {
  return <p id="part">VERSION part</p>
}
