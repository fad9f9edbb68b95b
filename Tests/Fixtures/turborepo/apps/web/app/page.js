import { title } from '@shop/ui'

export default function Page() {
  return <h1>{title}</h1>
}
