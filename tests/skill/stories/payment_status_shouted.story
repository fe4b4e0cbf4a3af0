«Уже всё оплатил!!!» is answered about the payment, however loud, and so is the day of it
who: rich
door: text
> я уже все оплатил!!!
< платежей по этому счёту пока нет
! скажите, что случилось
> 15 ноября через сбер
< платежа
! счётчик
