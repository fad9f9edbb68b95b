import Image from 'next/image'
import { useState } from 'react'

export function Picture() {
  const [isShown, show] = useState(false)
  return (
    <>
      <button id="show" onClick={() => show(true)}>show</button>
      {isShown && <Image id="picture" src="/picture.png" width={64} height={64} alt="" />}
    </>
  )
}
