import createMiddleware from 'next-intl/middleware'
import { NextResponse } from 'next/server'
import { routing } from './i18n/routing'

const international = createMiddleware(routing)

export default function middleware(request) {
  const target = request.nextUrl.clone()
  target.pathname = '/target'
  switch (request.nextUrl.pathname) {
    case '/m/rewrite-url': return NextResponse.rewrite(new URL('/target', request.url))
    case '/m/rewrite-clone': return NextResponse.rewrite(target)
    case '/m/redirect-url': return NextResponse.redirect(new URL('/target', request.url))
    case '/m/redirect-clone': return NextResponse.redirect(target)
    case '/m/outside': return NextResponse.rewrite(new URL('/from-middleware', process.env.BACKEND))
    case '/m/url': return NextResponse.json({ url: request.url, next: request.nextUrl.href })
    case '/m/cookie': {
      const response = NextResponse.rewrite(target)
      response.cookies.set('seen', 'yes', { secure: true, httpOnly: true })
      return response
    }
    default: return international(request)
  }
}

export const config = { matcher: ['/', '/de', '/m/:path*'] }
