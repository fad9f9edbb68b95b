import { getTranslations, setRequestLocale } from 'next-intl/server'

export default async function Home({ params }) {
  const { locale } = await params
  setRequestLocale(locale)
  const t = await getTranslations()
  return <h1>{t('greeting')}</h1>
}
