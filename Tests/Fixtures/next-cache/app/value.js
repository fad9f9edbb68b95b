// What the backend says, which is another number each time that it is asked.
export async function Value({ of, options }) {
  const answer = await fetch(`${process.env.BACKEND}/${of}`, { cache: 'force-cache', ...options })
  return <p>{`release one, ${of} ${await answer.text()}`}</p>
}
