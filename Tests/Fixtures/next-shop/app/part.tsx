export default function Part() {
  return <p id="part">loaded late</p>
}
