import { revalidatePath, revalidateTag } from 'next/cache'

export async function POST() {
  revalidateTag('stock', { expire: 0 })
  revalidatePath('/made')
  return new Response('done')
}
