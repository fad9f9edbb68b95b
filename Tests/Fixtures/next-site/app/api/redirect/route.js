import { NextResponse } from 'next/server'

export const GET = (request) => NextResponse.redirect(new URL('/target?a=b', request.url))
