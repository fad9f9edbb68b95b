export const getServerSideProps = () => ({ props: { data: 'VERSION data' } })

export default function Page({ data }) {
  return <h1>VERSION asked, {data}</h1>
}
