export const getServerSideProps = ({ req }) => ({ props: { host: req.headers.host } })

export default function Classic({ host }) {
  return <h1>classic at {host}</h1>
}
