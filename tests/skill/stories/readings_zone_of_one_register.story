A zone said of a meter that has none is its reading
> ночь тысяча восемьсот
< меньше прошлого
> а день шесть тысяч двести
< электричество 6200
! , :
> да
< записано
books: ELECTRICITY 6200
