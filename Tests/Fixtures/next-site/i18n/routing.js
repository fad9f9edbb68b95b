import { defineRouting } from 'next-intl/routing'

// "/" is English and is rewritten to /en; /de is German.
export const routing = defineRouting({ locales: ['en', 'de'], defaultLocale: 'en', localePrefix: 'as-needed' })
