import type { NextConfig } from 'next'

const config: NextConfig = {
  basePath: '/shop',
  distDir: 'build/next',
  // What nobody compresses before Caddy.
  compress: false,
}

export default config
