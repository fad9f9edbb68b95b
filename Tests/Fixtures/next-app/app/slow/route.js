// Streams for as many milliseconds as ?for= says: what a swap must not cut.
export const dynamic = 'force-dynamic'

export function GET(request) {
  const time = Number(new URL(request.url).searchParams.get('for') ?? 100)
  const body = new ReadableStream({
    async start(controller) {
      controller.enqueue('begin\n')
      await new Promise((resolve) => setTimeout(resolve, time))
      controller.enqueue('end\n')
      controller.close()
    },
  })
  return new Response(body)
}
