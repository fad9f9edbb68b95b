// The Pages Router's.
export async function getStaticProps() {
  const answer = await fetch(`${process.env.BACKEND}/classic`)
  return { props: { text: `release one, classic ${await answer.text()}` } }
}

export default function Classic({ text }) { return <p>{text}</p> }
