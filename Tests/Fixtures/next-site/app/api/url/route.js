import { headers } from 'next/headers'

export async function GET(request) {
  const all = await headers()
  return Response.json({
    url: request.url,
    next: request.nextUrl.href,
    host: all.get('host'),
    forwardedHost: all.get('x-forwarded-host'),
    forwardedProto: all.get('x-forwarded-proto'),
    forwardedPort: all.get('x-forwarded-port'),
  })
}
