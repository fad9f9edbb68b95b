'use client'
import { useState } from 'react'

export function Ask({ action }) {
  const [text, setText] = useState('')
  return (
    <form action={async () => setText(await action())}>
      <button id="ask">ask</button>
      <p id="answer">{text}</p>
    </form>
  )
}
