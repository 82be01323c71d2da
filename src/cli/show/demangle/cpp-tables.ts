// The codes of the Itanium C++ ABI (section 5.1), as data.

/** Types of one letter. */
export const BUILTIN_TYPES: Readonly<Record<string, string>> = {
  v: "void",
  w: "wchar_t",
  b: "bool",
  c: "char",
  a: "signed char",
  h: "unsigned char",
  s: "short",
  t: "unsigned short",
  i: "int",
  j: "unsigned int",
  l: "long",
  m: "unsigned long",
  x: "long long",
  y: "unsigned long long",
  n: "__int128",
  o: "unsigned __int128",
  f: "float",
  d: "double",
  e: "long double",
  g: "__float128",
  z: "...",
};

/** Types of two letters, the first being D. */
export const D_TYPES: Readonly<Record<string, string>> = {
  d: "decimal64",
  e: "decimal128",
  f: "decimal32",
  h: "_Float16",
  i: "char32_t",
  s: "char16_t",
  u: "char8_t",
  a: "auto",
  c: "decltype(auto)",
  n: "decltype(nullptr)",
};

/** Abbreviations of two letters, the first being S. */
export const STANDARD: Readonly<Record<string, string>> = {
  a: "std::allocator",
  b: "std::basic_string",
  s: "std::string",
  i: "std::istream",
  o: "std::ostream",
  d: "std::iostream",
};

export const OPERATORS: Readonly<Record<string, string>> = {
  nw: " new",
  na: " new[]",
  dl: " delete",
  da: " delete[]",
  aw: " co_await",
  ps: "+",
  ng: "-",
  ad: "&",
  de: "*",
  co: "~",
  pl: "+",
  mi: "-",
  ml: "*",
  dv: "/",
  rm: "%",
  an: "&",
  or: "|",
  eo: "^",
  aS: "=",
  pL: "+=",
  mI: "-=",
  mL: "*=",
  dV: "/=",
  rM: "%=",
  aN: "&=",
  oR: "|=",
  eO: "^=",
  ls: "<<",
  rs: ">>",
  lS: "<<=",
  rS: ">>=",
  eq: "==",
  ne: "!=",
  lt: "<",
  gt: ">",
  le: "<=",
  ge: ">=",
  ss: "<=>",
  nt: "!",
  aa: "&&",
  oo: "||",
  pp: "++",
  mm: "--",
  cm: ",",
  pm: "->*",
  pt: "->",
  cl: "()",
  ix: "[]",
  qu: "?",
};

/** What the compiler makes beside functions and data; the name of what it belongs to follows. */
export const SPECIAL: Readonly<Record<string, string>> = {
  TV: "vtable for ",
  TT: "VTT for ",
  TI: "typeinfo for ",
  TS: "typeinfo name for ",
  TW: "TLS wrapper function for ",
  TH: "TLS init function for ",
  GV: "guard variable for ",
};

/** What stands behind integer literals of a type. */
export const LITERAL_SUFFIXES: Readonly<Record<string, string>> = {
  i: "",
  j: "u",
  l: "l",
  m: "ul",
  x: "ll",
  y: "ull",
};
