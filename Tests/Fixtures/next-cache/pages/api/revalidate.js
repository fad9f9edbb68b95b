export default async function handler(request, answer) {
  await answer.revalidate('/classic')
  answer.send('done')
}
