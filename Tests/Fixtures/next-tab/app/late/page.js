import { Extra } from '../extra-late'

export default function Page() {
  return <h1>VERSION prefetched <Extra /></h1>
}
