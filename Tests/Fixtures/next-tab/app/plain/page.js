import { Extra } from '../extra-plain'

export default function Page() {
  return <h1>VERSION plain <Extra /></h1>
}
