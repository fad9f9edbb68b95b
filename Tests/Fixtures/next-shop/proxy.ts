import { type NextRequest, NextResponse } from 'next/server'

export function proxy(request: NextRequest) {
  const target = request.nextUrl.clone()
  target.pathname = '/target'
  switch (request.nextUrl.pathname) {
    case '/rewrite-url': return NextResponse.rewrite(new URL('/shop/target', request.url))
    case '/rewrite-clone': return NextResponse.rewrite(target)
    case '/redirect-url': return NextResponse.redirect(new URL('/shop/target?a=b', request.url))
    case '/redirect-clone': return NextResponse.redirect(target, 308)
    case '/told': return NextResponse.json({ url: request.url, next: request.nextUrl.href })
    default: {
      const headers = new Headers(request.headers)
      headers.set('x-to-app', request.nextUrl.href)
      return NextResponse.next({ request: { headers }, headers: { 'x-from-proxy': 'proxy' } })
    }
  }
}

export const config = { matcher: ['/((?!_next/static|_next/image|hello.txt).*)'] }
