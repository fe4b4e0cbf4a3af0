The money of a flat that is not linked is not told under its number
door: text
> долг по 7 квартире
! 8 030
> долг по 12 квартире
< 8 030
