import createNextIntlPlugin from 'next-intl/plugin'

const backend = process.env.BACKEND

export default createNextIntlPlugin('./i18n/request.js')({
  headers: async () => [{ source: '/target', headers: [{ key: 'X-From-Config', value: 'headers' }] }],
  redirects: async () => [{ source: '/config-redirect', destination: '/target', permanent: false }],
  rewrites: async () => [
    { source: '/config-rewrite', destination: '/target' },
    { source: '/backend/:path*', destination: `${backend}/:path*` },
  ],
})
