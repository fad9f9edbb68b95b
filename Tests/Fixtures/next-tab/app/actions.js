'use server'

export async function answer() {
  return 'VERSION answer'
}
