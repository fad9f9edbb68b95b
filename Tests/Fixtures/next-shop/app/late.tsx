'use client'
import dynamic from 'next/dynamic'
import { useState } from 'react'

const Part = dynamic(() => import('./part'), { ssr: false })

export function Late() {
  const [isShown, show] = useState(false)
  return isShown ? <Part /> : <button id="late" onClick={() => show(true)}>late</button>
}
