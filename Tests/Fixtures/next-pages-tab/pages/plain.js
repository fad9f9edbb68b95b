export const getStaticProps = () => ({ props: { data: 'VERSION data' } })

export default function Page({ data }) {
  return <h1>VERSION plain, {data}</h1>
}
