import { revalidatePath, revalidateTag } from 'next/cache'

export async function POST(request) {
  const { searchParams } = new URL(request.url)
  // Next.js 15 takes no second argument.
  if (searchParams.has('tag')) revalidateTag(searchParams.get('tag'), { expire: 0 })
  if (searchParams.has('path')) revalidatePath(searchParams.get('path'))
  return new Response('done')
}
