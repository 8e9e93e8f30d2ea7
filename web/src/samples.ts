// Sentences written and pictures drawn for this page; none of them comes from a data set.

export interface Sentence {
  text: string;
  english: string;
  /** What makes it worth trying. */
  about: string;
  /** The class it was written as; null where people would differ. */
  expected: 'negative' | 'neutral' | 'positive' | null;
}

export const sentences: readonly Sentence[] = [
  {
    text: 'Nasi gorengnya enak sekali, pelayannya ramah, dan tempatnya bersih.',
    english: 'The fried rice is delicious, the waiter is kind and the place is clean.',
    about: 'praise',
    expected: 'positive',
  },
  {
    text: 'Kamarnya kotor, AC mati, dan pegawainya tidak mau membantu.',
    english: 'The room is dirty, the air conditioning is dead and the staff will not help.',
    about: 'complaint',
    expected: 'negative',
  },
  {
    text: 'Rapat warga akan diadakan hari Sabtu pukul delapan pagi di balai desa.',
    english: 'The residents will meet on Saturday at eight in the morning in the village hall.',
    about: 'plain fact',
    expected: 'neutral',
  },
  {
    text: 'Makanannya tidak enak dan harganya tidak murah.',
    english: 'The food is not tasty and the price is not low.',
    about: 'negation',
    expected: 'negative',
  },
  {
    text: 'Kopinya mantap banget, asli enak, bikin nagih!',
    english: 'This coffee is so good, honestly tasty, it gets you hooked!',
    about: 'slang',
    expected: 'positive',
  },
  {
    text: 'Pelayanan zorbatik itu lama sekali dan membuat saya kecewa.',
    english: 'That zorbatik service took very long and let me down. (“Zorbatik” is a made-up word.)',
    about: 'unknown word',
    expected: 'negative',
  },
  {
    text: 'Kereta ke Bandung berangkat dari jalur tiga pada pukul tujuh.',
    english: 'The train to Bandung leaves from track three at seven.',
    about: 'plain fact',
    expected: 'neutral',
  },
  {
    text: 'Pemandangannya indah, tapi jalan ke sana rusak parah.',
    english: 'The view is beautiful, but the road there is badly damaged.',
    about: 'mixed feelings',
    expected: null,
  },
];

/** In the order of the CIFAR-10 classes; the pictures stand in public/samples, their sources in samples. */
export const pictures = [
  'airplane',
  'automobile',
  'bird',
  'cat',
  'deer',
  'dog',
  'frog',
  'horse',
  'ship',
  'truck',
] as const;

export type PictureSample = (typeof pictures)[number];

export function sample_url(name: PictureSample): string {
  return new URL(`samples/${name}.webp`, document.baseURI).href;
}
