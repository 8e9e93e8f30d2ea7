// What hdf5.ts uses of jsfive, which brings no types; its version is pinned in package.json.
declare module 'jsfive' {
  interface HeldObject {
    /** jsfive's own: where the object's header lies in the file. */
    readonly _dataobjects: { readonly offset: number };
  }

  export class Group implements HeldObject {
    readonly _dataobjects: { readonly offset: number };
    readonly keys: string[];
    get(name: string): Group | Dataset | null;
  }

  export class File extends Group {
    constructor(bytes: ArrayBuffer, name?: string);
  }

  export class Dataset implements HeldObject {
    readonly _dataobjects: { readonly offset: number };
    readonly shape: number[];
    /** As numpy writes it, "<f4"; a list for what has no fixed size. */
    readonly dtype: string | unknown[];
  }
}
