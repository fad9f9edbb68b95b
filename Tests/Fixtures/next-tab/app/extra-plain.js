'use client'

export function Extra() {
  return <em>VERSION extra</em>
}
