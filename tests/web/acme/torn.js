export const torn = { because: "this module does not parse" ;
