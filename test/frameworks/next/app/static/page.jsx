import Image from 'next/image';

/** A static page: its URLs have no credential, and the browser sends the grant in the cookie. */
export default function Page() {
  return <Image src="/albums/2026/1.jpg" alt="Dunes" width={320} height={213} />;
}
