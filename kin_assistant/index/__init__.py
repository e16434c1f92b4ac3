"""The stored index: built aside, verified, published by replacing a pointer, and opened read-only.

A build is one folder that is never changed once it is published::

    index/
      CURRENT                 name of the published build
      build-<id>-<n>/
        library.sqlite        documents and passages
        vectors.npy           a vector for each passage, float32
        sentences.npy         a vector for each sentence, float16
        lexical/              BM25
        vocabulary.txt        words as they are written, to tell names from words
        chroma/               Chroma's own files; copied before they are opened, as Chroma writes on opening
        manifest.json         what it was made from, counts, and the SHA-256 of every file above
      documents.sqlite        what was read and split, by content, so that it is not read again
      vectors.sqlite          vectors by content, so that what was embedded once is not embedded again
      multilingual.sqlite     the same for questions in other languages
      models/                 the embedding model converted for its engine
"""
