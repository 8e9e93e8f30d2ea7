// Made by make_hdf5_files.py: HDF5 files that h5py wrote, gzip and base64.
export const read = {
  contiguous:
    'H4sIAAAAAAACA+1ZMUzbQBT9jkNlIUBBjSClqLE8dUAIiqiqSo2oCm0qoYJKBySE0iM4xKrjpNihQchqx3Tr2JGRkZGhrTJ27M' +
    'jI2JGxG/13votjA22grTpwTzp9/3/Pd47v+8X3/T4/+7i/d6QXKDQNkpCCTpxwtLJRX/S/5FbhtsntXkLEe1hfhsdTfHxdDfwy' +
    'j794PjdH2ScxiHn2hwKrgcRVRH7u4SK1y9wX+fQ1EeVVquumXXhjWhtlz+3Iy5lLzivytXk9mq99kOf53Q9pzMpg3mLVKVkbNH' +
    '5DUdiZqfY1aJHnZBQPmmr47Dx5tDCvAD8hxqPYMYo2cd2CQyqmcV83lszXddPxLGIbY7oRzIvxHUMQ3AqxWZ9Nts1NF0Mr8TGe' +
    'OrW6N0+7Y2OsEa9YLrhlUqO8Fadu22P63VUkrXvbLGaU7Crxpu7QE8VwFh3O8P0xPT7RrOm45jnXuS766o7l0cucxmNS9Kwt4l' +
    'lVh/2UasmrkAYjuWZhzSKUVyK2a/r+qu/T+yPS4Bq3U+OT0+OTAPwWowoFYNOhTcb4r8xNx7TDdW8MyGdOQkJCQkJCQkJCQkJC' +
    '4u9jUNQZuC/qZ2GdYYDVGXCfStzCFu7ocXPcRZ2B7m9FnSHB4uqZ9bgfw3zfy+O/q8dN3ISO2SSuGuL1OFE1Xh6K8kS9ReRj/g' +
    '/nXXq2MKvgaCLvjnldToyfSQf23pBco270Jn6/+viKKniURpVg1UNWyHNZ/Fy9UZTIOgjb06E/6i/0pzF6Mf2BW1J/pP6c1p/D' +
    'kShP1HX/lf7UMtF8/8j9gxG5Rt3oT/x+hfrTz/Qn+JITCtBF9afz/ScJ4fdIQVDgdmATSpsvdOssX8VrosxBPcu/IegwrMHw2z' +
    'ZPY/2JRDCgxpVOVfLZqMIJNP7rOpz6Px2VuXk5HH8B2M1hZmKDzwCL6LewfUO/hu3dA4AjjH/A2HdsexjTafwTwAz6B9gOqY9t' +
    'F7kt5DYxdoRtH2MTOf7mTX0aR7+Z+wme0omFwB8AAA==',
  latest:
    'H4sIAAAAAAACA+1YzWsTURCfzRchJCWtkWoRXNYKoqG0looUjEKDRq2NpCcpJbwmm3bpZlO7m5pSgh4U60nFf6AXUW+56UGlUA' +
    'S9CYJWvPSmvenBgyed2fe2piERBA8e3g8mm/l4b+bN2z3M704mfTYW6Yv4w2Hw8FNgLcH1QWEfmGzczmbSOZ/68G5gvllq8TjA' +
    'RpyHMREe8YECQJ6n3dwyKjzRFIAfYpCAAEC5UtTNfKFilYxZ2K8oQNuQKG5sGHz4ewCVDbHatQf4//cfH1XOjWXHXVu8yS/WEF' +
    'a0gslsO2+xsq6NqtqkfrWqW47BTC2pajwx2lc0L8AuM9P1mWxZX7TRNNW6x3lroeqMk7tljxnmFOby9hxboLgpq2qaSfXENAYV' +
    'nWXXppXMCnOGj9NCbzuDttPq9aTamiitW7beoc6i56tahkNljuB/VnCMJeYYFcs9SqXklFnNDbL1/IzBKK7ETFuv16frdeqPT/' +
    'QrJJ7DA0MjA0N0QxxB8XTT/W79Tvy8vmjp5s7bA7UukJCQkJCQkJCQkJCQkJD458iOZS76epqJCw/R0zTFdnGeAcdUZueXcKDH' +
    '2bgj0UBDrUc0kP7h87FDHTiP9jk567G3h1K2+ogL+Sa4kCveFB2nAoLucH2hRxj7/nTew/dPvqYzt88R2kf7xTirck03Zuccu1' +
    '/k/HRrc51WRi9RX6LYlwSAS3K4fIPdvisKAnZTK8GmLhFN8Obdq+n2XbpJZ/6+RzALu5ih9vVHJzxuCGvj9f9lcc1XyLmKJ055' +
    'wi1PAUXpx4vFZaEWdqNV9ydA6VYPih1U6A1D73XyY+3+SBhvKqAcEQRZzbuatf//a8lFjaOdv5hQN/UxxCmdbfE6Psg1fgB8fY' +
    'nnS2H7UeAFwGXU11Heor6AcuMUwBba76HtC8pjtKlkfw5wBvVnKJuko6xh7DrGrqJtC6WBtsEUzzZIOtlRX039Avo1LeOgFAAA',
  track_order:
    'H4sIAAAAAAACA+1Zz2sTQRR+u0k1hKYkmJKmBlz2JBJKa6mgYFCaaMRiaisihJJO0027dLNps5vaUoIe60nBf6AXQW/qyYNKPX' +
    'vxqLeeRG969KRvZmfyY9tKqwUPzheGN+/Nl3kzu+9NmJcH+eyVSHgwDBShEAQhCp34yXE+1a2L8Vn4PQr57JSafvIwuNTZdlSd' +
    'jQYUnxs/wiowSn8KV4Z8dV9mb57yFIhAHEJQrc0bVqlcsyvmArUnFYVtLMo4bK8ArT5ACjtFrlARZU+hGPMstznrmMbGg2JzEc' +
    '/NXcNcWHSdF7H2ts+8H315dbwwwaaMwi5fFBt62SKOU7JJ1dAvaPq0sdIwbNcklp7WdG/taN/QBcGpEouNWWTdqDtoKvrnuGYv' +
    'N9wJOuybY4645cWSs0iWKa9oNywrrZ2bQdK8u85sesWqEXf0LP2imM6k0+nNZlrzO8oatmPss855MdawTZcucwz7pOyaq8Q1az' +
    'bbSq3iVskaIzlGac4klFchlmM0mzPNJn0+qnjqXI4OjYwNjWAQcL2HS+YOZdDHXzLqtmG138laH0hISEhISEhISEhISEhIHDkK' +
    '4/nrtCqh4KePVSXwRkqc0ire3fEafICqBL3JiqoEvQ1/Pv64ruD9l5oGOCfKywsrcX7L5fZbU7kcnclfJxGre5aADo8S/xvyuc' +
    'uTVN5pxZGHZLybJ6orIibzf+k3xj194tWyHyc82ctXomAvjtHNalys3OR469ovVxSlK2eE7OnInQCz75033wcOlzfrgzJvZN7s' +
    'zpubiW6eqD4eVd5M3yhk6S+JiLuv8e54j/V7ciQh39FBzh//82qfPxF2/nhF/fYBdNjzp/O3O8jsPd5Y61+G055UlRZfnFt76Q' +
    'FcE2XGtFO80q1BIgSJey1eiI2rqjdhiJ90AeXdye4TTmDtn74HfzybSRmbf4ZvbwG2MhiZ2OANwCTq29g+oL6M7f5FgB20P0Lb' +
    'F2xP0aZR+2uAS6i/wvaR6ti2kLuN3E207WB7jrbhjOdnmOrUjvpm5hcwG3lZORwAAA==',
  compact:
    'H4sIAAAAAAACA+1ZTUwTQRSebQvZEEqKNm2tjWz25KEhIMEYEwnGVmtChIgHEkLq0G7phu22slssIY0c60mPHrmYcOTIQU2PHj' +
    '1y5OiRozd8MzvT/QG0oMYD8yWTt++btzPDztuPnde3hdzj6FB6CBHIMoqgGPLihKE75vd5/0tmJWY7zO6FOD9A+1KMj7HxlbDj' +
    'Vxn/4nk+T6JPAuDz7CccKyOBq4hC/uECsUvM5/n0NeSPq9XLmlF8relrVdvy5OXsJefl+dq57s/XYVRg+R1FcchKZ95S3azoa4' +
    'S/IUn0zlhvDbLvPcnARSfsvjtPHs3PSYjdEIgj2FZLBrasoolrmnpfURe1V03NtHVsqFlFdeYFflvlAVYNG7TPwFvahgXUcnCM' +
    'p2ajac+R7sAYq9guVYtWFTdI3LLZNIyscncFgsr2FuXUilHH9tQdciMfTifDqe12VglOlNNMSztnnWXe1zR1myxzGq5xydY3sa' +
    '3XTfqn1Ct2DbdokKUVV3VM4irYsLR2e6XdJs+Hp8Egs1Pjk9PjkwixRwwq5IBOBzYSiF/XNkzNcPe9NSLeOQEBAQEBAQEBAQEB' +
    'AYG/j1FeZ2A+r5+5dYYRWmeAcyq2iptwoofDcR91BnK+5XWGEOXDZ9bjfiTZuZfxv6vHTdxEntkErhqC9TheNV5K+ON4vYXnY+' +
    'EP5118Np+TYDSed8esLsfHT8Udey8h9qgfvQk+r2G2oxJcxUElaPWQFvIsyp+rN5Lk2wduBzz6E/6F/rQyF9Of1i2hP0J/TuvP' +
    'Ydofx+u6/0p/Gil/vn9g/kFa7FE/+hN8Xq7+RKn+OL/kuAJ0Uf3xfv9EKD9I+1oSj7vt2JDUi+e6dZYfhjWRyFFljP2GoKCkjJ' +
    'JvenEy7Q+xAWW0w+4jynb8BaHdGVg9NPQZoQXwu9C+gd+AtvMAoSPg3wP3HdoecArhPyE0C/4BtEPiQ9uF2C7EdoA7grYP3MQM' +
    '+zojPuHB71Dumue78OO7yLqrtP8Hp/6PZ8Q7cRn8BB5rjxLAHwAA',
  chunked:
    'H4sIAAAAAAACA+1ZTUwTQRSe7RazIUBKJIBIZLMnJYSABGNMIBhBa0KEiAcSQupQtnTjdovsFktII8d68+jRI0eOHIR49OiRI0' +
    'ePHr3hm9mZbndo5UeMB96XTF7nzbfvTXfevp15+yE9/bS9ta+VMBgGSZIUqceJwNRgvC/HXwupCVkVcjch9S18rFfoU8K+qYf9' +
    'vNC/ejkzw9gnCqSfve5QGgRxHZGeeTzP5KLoy3j6lojzCsVV2828s521fODXxeXUJf3KeK3ejMdrG0mL+G4nXRCVod9s0cs5a0' +
    'x/S9P4lanaHIzYc9IPP6p69Ow8ezI3qxFxgcJj2LayLvX9jEcLtvXItBbstyXbCxzqWkOmFfoF/bYlCX6BunzMpVv2hg+qJdXG' +
    'c2+9FMyyYcXGCg2y+Yyfp+uMt+SVXHfIfLAMpNVgi+usnFukwdh9dqE05zBzVqUyZKqOpm3Pt5vMc1WOlTwnYNMch980GzibNH' +
    'CKHv8rxVxQoGVO8u3MikMZL0dd365UlisVdn9kGNwQcmx4dHx4lBBxiyELheDuQCYV/ht7w7PdaN3LHfjMIRAIBAKBQCAQCATi' +
    '6tEp6wyiL+tnUZ2hg9cZ4JxK/cwmnOjhcHyOOgM738o6Q4Lr9Yb1uF894twr9GfV40ZukzpviOsGtR4nq8aL3XGerLfIeEz/pd' +
    '+FF3PTGliTcfdT1OWk/d6uUD7sxjU6T75R71ebWFENfnVBluDVQ17I87m+ab7RtNg6SNlSl3/0P+Sfcv/F8g+5g/kH88/p/HPU' +
    'F+fJuu6/yj/rvfF4/yT6+324RufJP+r9ivJPO88/4ZecKAFdNP/U73+SJPoeKQkauRvKhFbjy7zVqK/DnBiz0xwQ3xBM0mOQnv' +
    'c1nsHHE3po0BCZTk/o6YFoGglS+wRR/q/rcOp92o+xeRmw95UG0aK+r8wzrtu5R0QUxaF81iSfm/CSSv+rwks28XvchKf6JYON' +
    'eapdczDeN5TnJ4khgkAgEAgEAiF33Iewu5uEnRvI7yA/gvwBbQraPrQU6MgBnDRB7kwQsgvShHbE+tDmD8WO7kDsKL+IHeOE2B' +
    'GCvio4I4cNdoKg2wM7eyCPJ0+PjwhddbLR7H8D+rWTK0AqAAA=',
  gzip:
    'H4sIAAAAAAACA+1ZTUwTQRSe6ba4QcCiCOVPNntCgggSDDExQQWtCQEiRkkQ26Vs6cZli+wWCqSRhoTURIM3vfpz8Nh48mRM1G' +
    'jizROJiQdPmnjwouGGM7szbXcA+VFOzHd5O+99+9505+3bzpu7we6LpcU1xQBDFIEX+EEh1ggamtxjag8TCYnMEPncQ/U+2xYg' +
    'ej/xLwnOOEb0V6/09GD2GgMaJ1vpSBFw7EcEe84NYDlExjSfPnjcvIn4mKqHZlRtPGaZBXnZtcu4NF8zR9z5WgKCJL9LQQXKSi' +
    'duJG5EtXGsr4bQvtOfm4Poek/q0EVGyL87ly7090JAbmB4GPNyRFdMM2QoE6p8RpIH1dsJ1bA0RZebJdmJi/TzMiWYE4pu23Rl' +
    'Vp0ykWqY9XHZmExYvdjM+BhVrEgsZMaUScwbNhK63iydHkGkMWvW1slRPa5Y7afwjdSdht3JqVSzxAbqVg1T3WSeY9SWMDQLT7' +
    'MDXSsRS5tWLC1u2D8lHrUmlKRNMtXQqKZgXlTRTTWVGkml8POhaVBEZHtLW0dLGwDkEaMq5MAOh6SX4d9SpwxVz697soy/cxwc' +
    'HBwcHBwcHBwcHBz/H+W0z0DGtH+W7zOU2X0GtE9VzNA02tGjzfE2+gx4f0v7DB5bL2zYj1utIvteot+qH9daCwqicew3sP042j' +
    'UeqnTzaL+F5mPwH+MO9vV3Q+SN5t1P0pej/gMVjuys5Gu0nXrDPq8SsqIQXVWgKmF3D+1GnmnrN603ELrWgUpfQf0R/lJ/knU7' +
    'qz/gGK8/vP6srz8rNW4e7evuVf2ZDLjz/REZv6zha7Sd+sM+r3z9KbXrj3OSky9AO60/hf9/vLa+yLFBymt0pAfm+LRubTQW0J' +
    'wws1xqIGcIEqgSQdWdHE+07R7BcXgQ2aE9PxoP2yH6LkZ1xVJz5xAiqYiCRwg25KfrAbmjioE9WYd139M6npu7Af5e4dxiv1fy' +
    'FvctHHcky2OONcETwmPLipcZvyW8qk3sFF8IL8Dw2Li/CO8ww2P9lja5xyLz/nh5inBwcHBwcHBwOP2Om5HwanY5raTrhTdQSs' +
    'FgP/h0cmEFZmZ+CODpg+I0ZvizkXB45ePrAfCsVq8OXAOaT3oFv36GoG/Jt4wZ4sp7UHTo9/lvS2f9c+kTGS+43u19hy2d2Yfp' +
    'x5EGIRDo0tC/sBuq8AKrkzjoYr1f+H6gq+YoAHMxXzXWt2YjYLGs8X4xqL8HO/4A8/WuVR8qAAA=',
  gzip_shuffle_fletcher32:
    'H4sIAAAAAAACA+2ZTUwTQRSAZ7qFFIQGYlMqNrLZg4GEoFAxxBMoaE2IEDGGSLBd2l26cbut7BZLsJEED3jw7sV49YgnOfKTGG' +
    '/GcJCLxMSLB2K8aWIizszOdLsryI96MMx3eTtv3szszrx9u/PmUbz/cn1tcy3ABALADxpAJduUd23uMqtPUgmpXKDyuY/pq0hd' +
    'hOobaP+iYJczVH/j+sAAtt72wMZZDNsyADhHkfhA3zCWo7TM/Om1z22XzaUVPXFP0SYzllnhl72HHJf568Jxt7/WgTj173oQQl' +
    '5pj5vKGao2ifUnICQtG8r3EHC9J1F0sSA4786VS0ODENAGHjvMrJTSZdNMGHJWkS6I0ohyt6AYlibrUrso2eMi/azEDMysrJM6' +
    'XZ5RpkykGvP2cdXIF6xBXO3pY0K2UpmEmZHz2G7MKOh6u3h+HBmlrRmik1Q9J1uxLtyQdafh7qRSqV30DtSvGKayy32mWV3B0C' +
    'x8m93oWk5Z2rRsaTmDPEpOtbJykRiZSmJCk7GdKuumUiqNl0p4fpgbVFMZ6+js7ugEgE4xikI2ZDgk/R77O8qUoejOuheD/J3j' +
    'cDgcDofD4XA4HM7fp5HlGWiZ5c+cPEOQ5BnQPlU2E9NoR482x/vIM+D9Lcsz+Ihe2DEf962J7nupfq983NmToGI0zlHDm49jWe' +
    'PRsNuO5VuYP8b/cNyRa0P9EPXG/O4Lzcux/iMhW/aE+RrtJ95456uOrihEVyEUJUj2kCTyTKLfNd5A6FoHJqsq4o/wm/hTjB4s' +
    '/oBTPP7w+PNr/NlodtuxvO6/ij/5iNvfn9DyUjNfo/3EH+98OfGnnsQf+yTHCUAHjT+V/z9+oq+26yCza7WlD5btWdzaqSyge8' +
    'KWjWILPUMQQVMAND0o2wVIvU+wOzwGhkkZlv/BcD0EZqagqrpSPoeAVJ9WVF22HL1A5wnZWqmMMhXrYnHPnjjBJ8RbnMerAuWj' +
    'DfFw39Mo983DgL9XEK2u93vVuUe7OXqufho4i7gTL9rcZb/HL/18CTgcDofD4XD+C4q3U0kxeH9UXG7If7jYtzZfc+Zm67mera' +
    'W3i8lnT99vlnpXw4OfYQy+VEPrbx5/fWU3iH4qLq7MrSTX5oMPNzZL37e2Ist+9Ote87Hmx/qt6OpPnRaKDtcpAAA=',
  fletcher32:
    'H4sIAAAAAAACA+1ZPUwUQRSevT3IiUAgEkAkslkbMYTwE4wxgWAEPRMiKBQkhJzDMcdt3Ns72T2EkIuUZ2FiaWNCSUmsKNRYWl' +
    'pY0JhQWlLa4ZvZmbvbBeRAKQzvSyZv35s3Pzvz9tudt6/jYw8a6jrqCEcsRqKkiVTiQOLmraCu6p9JqUlZlHIrouw1oq5d2ptk' +
    '/4bu62lpn3k6Ps69D0JQ42y3+jJGEBcR8fF7U1zOSl3F09dI0C+TXWR24iWzltKeWxGXo2ccV8Vr8UowXutJXMZ3A2mBqPTHTW' +
    'adlLXE7Vc1TbRsKs0hFnhOOuGiqJefnYf3Jyc0IhuE/DjWzaRNXTfh0Awz7xrmNHuRZ45nUdvsMUx/XLCvm8rBzVBb1Nl0jS27' +
    'YJoL9/HIyeW9CV4d6mOBesl0wk3THPebc/K23WPcngenRW9N2MyUnaXe4ABvqLqzeHdmodBjhAcaY47LjpnnoqrLO5bHpzkE1z' +
    'TpWSvUs7KOuJVsysvQVeHkssSCRblfitouKxTmCwW+PioMaqUc7O0f6u0nRC4xsJAPMRzIaMj/OVt2mF3e99VGfOYQCAQCgUAg' +
    'EAgEAvHv0azyDFJX+bNynqFR5BngnErdxAqc6OFwXEWegZ9vVZ4hIuz6kfm4X23y3CvtJ+Xj+q6RitEQFw3hfJzKGs+2Bv1Uvk' +
    'XFY/wvx51+PDmmQW8q7vZlXk71397iyzutuEfV8E14verljmpw1QIsIbKHIpHnCvuxfKNpgX1QsqaCf/Q/8M9q5+n4h1xH/kH+' +
    'Ocw/ux1BP5XXPS/+ybUH4/2d1Hc6cI+q4Z/wepX5p0Hwj/8np0xAp+Wfyu+fqLDX+nWa8rvpy4hW8le8dZSuw5y4Z7PRJf8hGK' +
    'QtRtpelfxioj6i+x1ehnpNzE+19+87ZTMvmWbLgwOKx/yF0CN6vKs83RpS+lUxdS77cOh92omxeRbw95UGX9jh99XMCe02umV7' +
    'Ut70o/C9O6hHQ3EZxS1AIBAIBAKB+E+w/5mQzRE40UAhn+A7H/QvUL6BnoOyMUzIHtjfgu0nlC2wGdz+kZBR0Heg7HIdyubwj0' +
    'tP3kB78C+CfQ/KNtj7Rvyx+rjO7aAXR6qd4YeZ9zd+Ax2n58woKgAA',
  float64:
    'H4sIAAAAAAACA+1Zv2/TQBQ+xymySlOlIgohRGB5YogqSltUsaSIBIJUUUQZKlVVuCZOY+E4oXZKqsp72BgZGRk7MHRAQkKoqh' +
    'gQRfyo+PU3MLKFu/O7JnZbSAuIofctn++953vO3fOX3MuDfPZqpD/ZjygUBYVRFHWjDZhQ/WPuvwMsAbeAn4S4vY/5EmCPwvyq' +
    '7I0rYL99K5ej0e0AeJ61uMcKEjiKyOcu36Q8C2NeT5shf1y1VtLNwn3dWKw4dlddTh4yL6/X1gl/vQ6gPNR3BMVIVXp5izWrbC' +
    'xS+ylJYndGd55B8b0nKXLRkjvvzrUr01MSghsCcRSrWtHEtl2wcFXXLqnajH6voVuOgU0trWpeXmJf1XiAXcUm85l4RV+yiWku' +
    'OMd1q95wpqg7MMcCdoqVgl3BdRo3ZzVMM61enCdBJWeF2bSyWcPO6AV6I5/OoNNprptWg4myumXr+zxnifsaluHQxxwn17joGM' +
    'vYMWoW+yi1slPFTRZk64UFA9O4MjZt3XXnXZeuDy+DY8CjwyPjwyMIwRITFfLA0hEOB+Lv6kuWbnb2vTko3jkBAQEBAQEBAQEB' +
    'AQGBv48h3meAMe+fdfoMg6zPQM6p2C4skxM9ORz30Geg51veZwgxu7xnP+7HSTj3gv13/bjzp1FXNoGjhmA/jneNZ+P+ON5v4f' +
    'WY/8O8MzemsxKZjdfdd+jL8fkTMY8n4mKPetGb4HoNwI5K5CpGVIJ1D1kjz2b2ffVGknz7wLmvS3/kX+hPM3Uw/UFnhP4I/dmt' +
    'P9tJfxzv6/4r/akn/PX+CMbrSbFHvehPcL06+hNh+uP9k9MRoIPqT/fvnzDq/B/JAyR0zuOQtBPPdWuvsUyeiUYOqRnIPInGjq' +
    'OxtszjFOYPhbwJFVA6WcqfhW+swEo0/+s+7Po+TYnaPDy+Pff4XcbjF8CPwf4KeBv4E/hfA68BPwP/W+CvwO/B/xL4Idg3gT8C' +
    'fwb/G+CnwOvg3wL+AvwB/BsZ/+fZ4H4eD/6tzE9QYp3sOCAAAA==',
  float16:
    'H4sIAAAAAAACA+1ZTUwTQRSe3aXYVAoFG6xItO7BiCEoAsZ4ESPFmhAxYiKGYB3Klm7cbiu7xRLShMSY1ERvHowHL2o0XvDgAQ' +
    '9GSTx4woMXE09cOHv0hjOzM213AflRLvK+y9t58+a97czbbzpvHsT7+oOBlgCi8PtRDQqhaqxwfGpzt0X/LS4lLktcvpaF3sf6' +
    'Ilwf4v6jitNOc/21q7EYtV7xQMR52+xIPwLsRsRj569QOczbIp++yG67THZcMxJ3NX0ibVtVedm7zbgiX0v73Plah+I8v4MoTL' +
    'LSiZvMmil9guoPSBIbGSq/g9/1nbSSh5JS+XYuXhgckBAf4LGjmFGTBrashIkzmno2qg5pd/KaaevYUNujqhOX6GdUYWBlsMH6' +
    'DDytTVpENeL1ccnM5e0B2u3xMYbtZDphpXGO2o2YecNoj54eJUbj9jTTqSkji+2uU3SgcKdTd2qx2B71BurTTEtb5z3HRV/e1G' +
    '36mj3kGSdtfQrbetZkPyWbsjO4wIwsLTGmY2qXwoalFYujxSKdH5EGtVx2dXT2dHQixKeYsJADFo7IGo/9bW3S1IzKuhfq4ZsD' +
    'AAAAAAAAAAAAAMC/R6OoM/C2qJ9V6gz1rM5AzqnYSkyREz05HG+izkDPt6LOIDO9smY97td+fu7l+o3qcScPoqpogN0Gbz1OVI' +
    '2Hm912ot4i8jH+l3GHLg/2ScSbyLufvC4n/EfCjjzTDGu0Gb7xzlcdX1GJPIUJS7DqISvkWUy/Lt9IkmsdhPRV8Y/yB/4ptG6N' +
    'f9Ah4B/gn9X8873FbSfqujvFP7mIO9+f8PZ8C6zRZvjHO18V/gky/nFucioEtFX+qf7/U8P0tU6fJOyOOVKWyvaCt9ZqK+SdqG' +
    'VjtIHfOYRQwIcCDWU7P+uXFcfhXhRlbakcj/ZLZF9MGdjWyvcQfs6IiqzED1dC+1D5auPKjqzDqv20FXJzO6D7lbTGftW7wbjZ' +
    'Nnfbm28yTC0AAAAAAADAf4XCTd/CQnA2GootXA8dbboxb+ofIw3Puptyc4+XH8rfFl8uvnpz7/PzpaX+5Rdz74/ff/Rjz5Gh2g' +
    '9Pu0+cK30Nv/sNjgbydMApAAA=',
  keras2:
    'H4sIAAAAAAACA+1ZQUwTQRT9UyjZECAlJYBIZN2TB0JAgjEmEoygNSHSiAcSQspQtnTjdlvZLZaQRo/15tEjR44cOajh6NEjR4' +
    '4eOXrDPzszbXcKKKjxwLxk8vf/+cwMO39ed/5/n5p90t051AkMhgHtkIBmnAokbkd12b8qJBGyJuReTNqNsG9Q2BNifLON63lh' +
    'f/libo55nyqQ8+z3c2mAxnVEau5Rmskloct4+hqL+hWK67abeWM7G/nAb4rLmSvOK+O1lozGa6+0K/Eu/Q9HuJ6WC6iv+Gw8fb' +
    'wwT/gAkfM0LB52rKxLfT/j0YJtPTCtRft12fYCh7rWqGlli17O2UD7jiUd/AJ1wz6XbtubPpqW1TGeeaVyMM+6lTHWaJDNZ/w8' +
    'LTG/Za/suqPmvRV0Wg+2Q5uVc4s0mLzL/lAO57DhrGp11FQnmrU93z5nneuyr+w5AVvmFD7TbOBs0cApeuG/UswFBVoJnXw7s+' +
    'ZQ5pejrm9XqyvVKns/Mgw6hJwcm5gamwAQNANxIcPpULYr/q/sTc92G/tR6dFnTkNDQ0NDQ0NDQ0NDQ+PvowtS4t7fA31gsPso' +
    '9TNbeHPHSzDabxASpgYS9dyAEckTsHtsTVx2Y9CUSFBA8EZ8Vj7uxwDXV4X9V/m48ZvQtAqN6wY1Hyejbak/6ifzLTJOU3847+' +
    'LzhVkSZpU5TpIQOQeDfVze79d7dBFk/lJ9X10iU0rwyUCWCLOHYSLPD+1JwnNphJDIeyfKfp+H8/inMnw5/oFbmn80/7Tyz9FQ' +
    '1E/mdf8V/5QGo/H/UegHQ3qPfod/1PfV4J/ukH94JadBQIx/Oi7gHzWP38o/ce5LpH6Hyxipf0cxxJu+q5r1NlwT8+w1R0QNwY' +
    'QBAwbe1v14vTMW4wMagunaSEpUhCrKiir/dR9afk+HdWxeDSdfAHankYmwwWeANOqH2L6hXsL27iHAMdo/oO07tj20mcz+CWAG' +
    '9QNsR0zHtou+h+hbQ9sxtn20jU+LL2+mMzvqtWm8N5DGeTFE/ZPX2eR5YTVEeT50HfHiOuJP+ejZWxAhAAA=',
  split_names:
    'H4sIAAAAAAACA+1aTUwTQRSe7Q9sEEiNBCoS2azBQEJIy48hJiJG0JoQIeKBhJC6lC3duN1WdoslpNFjvXnkyJEjxx7U9OjRI0' +
    'eOHjlywze7M9vdsdUKiDGdL5lM35s385ad9968ecuHxNyTro7+DoQhiiiEIsiLM4L9ET9Nx1+RXiB9mfQHAcoP22NRwo+Q9aWg' +
    'Q2cI/+WL+XksfcaA6jnsdXoRcbQiEvOPlnC/QmhqT18DfrlsbkPVk29VbTNjmR67nD2nXmqv5Rt+e+1ECWLfXagHrNLRm8oZaW' +
    '0T828Kgj0z4j6D6POTAfhRDtZ85+njxQUBkQmMHMaunNIV00waSlaV70vysvqmoBqWpujyqCQ7eoG/K1MBM6vo9piu7KhbJrBW' +
    '2TWeGfmCtYCHmTXWFSuVSZoZJY/lVo2Cro9K99ZAaMPasXlyWs8p1sQ4nkiX0/Bycqk0KrGK5lTDVBs85wYdKxiahR9zCn4rKU' +
    'vbViwtZ9h/Si5tZZWiLWSqyXVNwXJpRTfVUmmtVMLvh5pBG+knxuJTY3GEyCuGKOTAVgd9iJF/rW4Zql6Taye9ms1bO8lxV87P' +
    'j7u0nx9z4xSrlyLazX2ag4ODg4ODg4ODg4OjFXGd1hkITetntTpDt11ngHuqYia34UYPl+Mm6gz43krrDAGbH6pbj6sOOvQp4f' +
    '+uHhe75fQS37qWBFuPGyb9Sq9fjtY9aF2E1k1oXYXaaaxJvcvPF+cEmEXrKyekLkfXifY4/XQv36NfQYBogN9Zhok/FeLQRzIb' +
    'f3CdM4qcyqpd2TPtedJDshezaPIamjyjNU1BaKA3WDf+FAccuthk/EG3kSfacbR6/KFfrY76/XK0rkutMXFBvU78Cbl2l4/648' +
    '8eoSv9/uc67fPLsX5G/WHpjl+uSOi9If95W7zrl9sndHX4/8p32PfVSXa0UbxpmO+QeCMg1DD/CaHa90gqIJCTSwgIrjxG2DPf' +
    'SwfhmQQ77g2SbwgS6hNR3ztXTrTHAwFnQZHsbFBIDPojHEXxn+7DT+fpAI8t58PJF/DCGbBMaOgzeDLQVWjfgM5De/8AoWPgfw' +
    'Ted2gHwJMw/xOcnUBXoB1hGto+yFZBtgy8Y2iHwIvNkEwJ05gPdHmG+hGb93QSu6J+ZH8FdNwo1owfBV17d9Du8aN2hm5j6HAd' +
    'P/boj5/Hj8Oe9UU3P0CN8wMOnh948gMa305lNh8l5+6l5dX189sIOZ/9/+/C7Zfjz+y3MvR37ZeeJ2zeeVX3wOkR7iccF/eT4+' +
    'Gr8RP23nXZfvIDUIWZIaApAAA=',
};
export const refused = {
  dense_attributes: [
    'H4sIAAAAAAACA+1ZX2hbVRj/bv4Zs6QmXfpvVhqyDspaRrqauW4ujjbN4qxraaogtaS3zW0bdpN0uzezcwR9WKFjOCcMn3yYTL' +
      'HK1L2ogznpWqpThA1EnfjQvQxXEHRQwbf6nXvuTU5zUvHfw5D7wcm953d+3/nO+eXec3K+nIpHYx7XFpfV6QTD1nRbbqT1kI6v' +
      'vJlx98WjA5bA26/aDrNl2usFWPRSmqjTXRYQAEjLJz6K7NFb3BEAK3jADzaATC4lycmxXHY8PQENggCkG1IEjesEC342YmVR99' +
      'ZwG73/7od3cge6+3o1zMu06z7ETgTHZFFRklkxIwX3BIIJ6UheyqppUQ62BYI0MOInggZByYiy1iaLx6WjCkJD5X08mZ3Kq72k' +
      'uayPUVEdm0wqk+IU4Q1l87LcFtg1jKSUelzDguNyTlQ7dhJHo7s06S5YKLQFygNFpawibTDOlNGWz6ZVMsww3otjavqYqKZzWW' +
      '0quXE1I05rJEVKjqZFwhsXZUUqFIYLBaKPRdfLoV87drSHd7STb4iaXb9q4UrSF/mHpaNZSS4+PTBdBaaZZppppplmmmmmmWaa' +
      'aaaZ9p9bX3f8KUs1m7gwzP0EOcVW0TwDHlNFJXkMD/R4Nt4w0UAOtUaigdS//6l16wY5j8oxadajppqELG8juZB7ei7kOeMU7S' +
      'UDsGuH64PVOrjlz+a77bXd18mcK8dw1JP+PDSr8oKUnphUlWY95o8zt+aJp/tpoosbdfEDaEkOLd+gVFZFQIP1qRU7oxJJE3z5' +
      'zdJwZZVOsnp8W0NdJmp1gSsq6PCRQA6aVlgxJOn8F0/ItZ5HVrXhCSAIzRgX5+Qoy26U161+EHyBJj3bEYA6J9S9RNpxPlaXE4' +
      'dlE1r8esbDCHT+/n9bBtzp7bFEogde0b8EYQEgouV67iqe0Y0df/0M5xfBZwMLXAXox/o8lptYn8Ly8j6A24ifRewuljnEAgT/' +
      'FGA/1i9juUXqWM4jdx65s4jdxnIJsVCExgmROsGxPhsxl7d/YLGBeD84tRXMW0KN92tBrxsPQDGhZ1vfS81fjGZjPOkC0YLX5X' +
      'oDa3r2/dauwXiUrrBkKUq1LNcaMYwo28+dWoolkAULZYuNwMXrxzeupdjy22aKPwzrrzPuax92DfbGMO4cYTYTCQCu9NT5YYQB' +
      'fqnr3woXoQS8cXAtDDcZ4GI6vw9qyXawjQL2UDgCXwsloOpz9QDcYBh5KXEI7jGMjhftgzDLdPp607lnYJVx2fvBpiHQdDlEgU' +
      'VoHYEZhnEl/nEBGqwl4K0LdwpQz8zlzle/F2Av49JzSZyBEQaYPdN9BlLMOC5cxTf0JNPH5dM3rsN7jMvSXOMKrDIuXzS0/gyP' +
      'My4fnX13bbEz6bv/3oR4tKu47Wh2ZPD08/S/B1y86f74Nzc/9ieCTdsAyV6Kd2IIvE4A+kfK/mJeHdZx2jmOwHF2chwLx+ngOF' +
      'aO8yjHsXGcMMexc5xdHMfBcR7jOA9wnN0cx8lxOjnOg0WOzdCQF9rFk3ilN/EkXmo3T+K19vAkXuwqnsSr/RBP4uX28iRebx9P' +
      '4gWv5km84pv/NzvhHzQpebnfHAAA',
    'attributes in a way that is not read',
  ],
  dense_links: [
    'H4sIAAAAAAACA+1abUxbVRh+b1uw1oIFW2Ff0JWOLBsuLS0fIxkugNg5Bgz4oSPY3JVLW7ltgXuZ4NKoGUuYP9z2Y/rDH+OHxr' +
      'k4Z6LRzSiBIImL/MCPOQyJIX5kfgU1JkaTLfqec+9tL7UYt2BCzHmTwz3Pc95z3o/be3vOW04EmprzLBstRrMZNPlTlUi5gj0q' +
      'f/LS/uW2QFOHwfnSSVO/vo3YbAAzNkWNV9UtBuAAyMjbBQpTp45Y6wGMkAd2MAHEEr2CGAwl4n3RMGzgOCDLkMZRXTMY8O9mBD' +
      'PqbMqblP5nn7+ceLCxrYVyNt24OofIUVdI5CUpGOdjgqvO6eoUBoeFuBzlRVeF06UYRv6oS1OQYrxIx0R+VBiSkOrOXGNffGBY' +
      'biHDGWsc5uVQJChF+AGi1x0fFsUKZ3UPKvXKo5Rz9YkJXvZVkonaclGynCuZrHBmGmoS4pKwip+92thwPCoTN6uwz4fk6BFeji' +
      'biNJREnxzjR6iSJAQPR3mi18eLkpBM9iSTJD8GNV+56tW3y1u1y0vukCI56pWaS6c+pd8vDMUFMfXpgZF8YMKECRMmTJgwYcKE' +
      'CRMmTNZc2hoD+w2F+sKFJtb7ySk2X6kz4DGVl4JH8ECPZ+NVCw3kUKsVGgi+dn1n2So1j+w2laqHo5CYzBwjtZBf1FrII9op2k' +
      'YcyKGH64cKVXLjP8W77XTtByTm7DZyi8l6eUpV5XEhGo7Iklu1uXh8YYrMtB4gebFiXuwAtMhB6w1S9qxwKLCytJKjyxIpE1z5' +
      'ZLYne5bGlCw9oUZk3aSvDWWPwNqqVYfQOyWCW3RPfxNJtaLRzv1K3eOA49x4Y3FSbkZ1IxMb7cAVOEvVaocTisxQ9CQZR8+NFj' +
      'NGZeK229WKh3ZrJtb/09Jhje64rYk/T2J89Zh8bPAeQDviKWzziAewPbUHYAn5U8h9i+0cck7CvwuwF/ElbAsEY5tA3SnUHUdu' +
      'CdvryHnqFTseggmPeLz+Np49ePi/y94rZx4rae7sfAAq1Q8yNwfgJ0YXD3ZPZn07rb8AbvH1ygJgAbAAWABr/RrtCLTDHXSbZU' +
      'uPaD7MqVh7z6Z+pTCsXMnxLy2adDM59Sudg4hb48Tn3BcaugJN+P2Pench07t9bJNmQ7NyZ+idL5s7UQvmMrYc3N/steO2wJka' +
      '8TlW7uy069fT7TsbulqaIWf2dKkBilE7H87cvFwC54B0/a9ecMP7tBu8+LwfDmE3D0afKa+Btyg7e2q5GWTK/nj3UCs8S7uOhW' +
      '9a4Wna3VdwrYsGUAC/b6vrh4/ptO+n/xDBQq29FtsqwQGqO/nGoxKEabf15ofHwEe7g+PcWSinuvlXj1+GG3SFn3YEZ6CcKtw4' +
      'OzgPy5S9cuzNj+AFyn76w5ZFWKLsPSMHv4C9lJ0+33ofO7Os94eTucRcYi4xl5hLzKW12e0FmhpSVSC6qeo/NMBBrvLPI98Var' +
      'soQ9gzYU8DL+9Ig0rXvWng+0oH/C8WpUGVUJwG1eUb0qDmug7Ujm1Jg91FJRowhr2e83rk3VOqQ5XzeuQLOXXI/5seVZ3YqkPV' +
      'm106VHNRj2obynRo99Wy/98e5y8dB9ILaCYAAA==',
    'links in a way that is not read',
  ],
  soft_link: [
    'H4sIAAAAAAACA+1ZPUzbQBR+dqCyEEGgRpBSVCxPHSJ+iqhQpSKqQptKqKDSAQmh9AgXYtVxUuzQIBS1Y7p17MjIyMjQVhk7dm' +
      'Rk7MjYjb4738WxBW2glTpwn3R6fu8+3zm+58+55w/Z+SfJnuEeYDAM6IJ+aMeZQHM06sv+V8JqwjaEPdBlvJv3pUW8X4xvJgK/' +
      'KOIvXywsMPZZDHKew8HAGqBwHZFdeLTM7KrwZT5906O8UnmTOrm31N4q+l5bXs5dcV6Zr42b0XzthazI7ySkMCuDefNlt2Bvsf' +
      'gtTeNn9reuwYg8JyN40EiEz87Tx0uLGogTYjyGPSvvEM/LuaRErQemtULfVKnr28SxMqYVzIvxPUsSvBJxeJ9Ddum2h6G1+BjP' +
      '3ErVX2TdsTE2iJ8v5rwiqTDemlt1nIx5fx1Jm/4uj1kFp0z8qXvsRDmczYaz6vWMGZ9onroeveA6N2Vf1bV9dpnTeEzyvr1DfL' +
      'vs8p9SLvglUuMkj+Y2bMJ4BeJ4tF5fr9fZ/ZFpcEPYqbHJ6bFJAHGLUYUC8OnQdsX4r+m2S51w3Wt96plTUFBQUFBQUFBQUFBQ' +
      '+PcYkHUG4cv6WVhn6ON1BtynEi+3gzt63Bx3UGdg+1tZZ9B5PHFuPe7nkNj3ivif6nETt6FtNoXrhng9TlaNVwejPFlvkfmY/c' +
      't5V54vzWs4msy7U1GXk+OnU4GdGVRr1InexO9Xr1hRDY9SqBK8esgLeR6PX6g3mhZZB2m72/Qn8Rv9qY1cTn/gjtIfpT+h/swI' +
      'ezwc5ZX9It2GsL47HvlAMM7laVyS2vLW7FB/KunoeZ+EfzSs1qgT/Ynfr1B/klx/goUKBeiy+tP+/6cLwu+RkqDB3cDqWosvde' +
      's8P4HXxJgD5qj4hmDCkAFD71o8g/frejCgIZQuoWVHowonUfuv6xDks956f0udld9T0jF+6707onI4itOvAPuzmJnY4AvAMvpN' +
      'bN/Rr2B7/xDgBOMfMfYD2wHGTBb/DDCH/hG2Y+Zj20duE7kNjJ1gO8TYxKz45818Fke/MfsLOo+pZ8AfAAA=',
    'a soft link, which is not followed',
  ],
  external_link: [
    'H4sIAAAAAAACA+1ZwW7TQBBdJ2lkRU2ViigNoUiWz1HUUgWhnopIIEgVrSiHSlUVtsmmtnDskN2UVJXv4Q/4BI4c+wl8Ap/BkV' +
      'vZXe8Q22qgQG/ddxnv7HjG8Y6fsm8/dlrPi4VaAQmYJsqhEorjSmHjYXIM82+VNZSdKfs5A/4lOVdV/pLKb2WjsaP8b1632yL6' +
      'KgWo86USWRNp3EV02k/3hT1UY+inr5lk3DDoE6/7gbinDqOxvtz5x7rQr7N7yX5dRh3V30VU5l0Z1e0F/sA9Ff77hiHvLP16Bj' +
      'Pxnazzi1l2/u28eLa3ayB1QypO4MLueZjSro+HxN627APyfkJ85mLPrlt2VJf7L2wIoEPsyTkPn5Mx5a6jdI6X/mjCdsV0KscJ' +
      'Zj2nSx08EnFH/sTz6tbjYx7UZ+fSZw+8ALOtR+JGSOeKdHYY1q10oRbxKVnwnH2Ym/guE4/Z5Ne4x9wzzNzAlz8lGLAhnsogSr' +
      'onLhZxA+xREobHYSjeD7RBXtmtxmazsYmQesWchSLIctzmUvHvyNgn3nzdpyv6m9PQ0NDQ0NDQ0NDQ0NC4fayCzqDGoJ/NdYYV' +
      'qTPwfSqm3TO+o+eb4xvoDGJ/CzpDRvqz1+pxP9bUvlf5/6THbTxAsWoadw1pPQ5U48NKMg70FujHzn/WPXi11zJ4Nui770qXg/' +
      'zVcmSfVPQa3YRv0u9rWa2owa/KnCWkeiiFPCr9C/nGMBLrAHYpxj9ZtPg8YLoejS8T/IMW8o+G5p84/wAffKsl46AP92+pbpp/' +
      'RtVknU9qfFnTa/Q7zHmmKHkmOrGZE83f8kz8f05O/tcBhrmeQQo8nxF7njyyonzmTj46C1hFKGAOGTecZux04CefzpHoMB0AAA' +
      '==',
    'an external link, which is not followed',
  ],
  new_soft_link: [
    'H4sIAAAAAAACA+1YTWgTQRR+m6QhhLSkNdIfBJe16sHSX6pSMIottWq1oicpJUzTTbN0s1u7m5pSgh4q1JM/l3prL6JHb1ZQqR' +
      'RBb4KgFS+9iHpTxHN9b2a2piERBA8e9oOX5P3Ne/Mmc5jv5tDAYG20JRqMRMDDlsSnhNA7pf3u0tLUyNDAxYB6/1ZoqlQK8TjA' +
      'elyEMRkeDYACQJ7H9cLSJz2xJEAQaiEBIYCcPaGbqbRtZYxJaFYUoGVIFB4bgQB+7kFlXWZze0j8fvfhgX2qf2SY2+IlfplDmN' +
      'fSJnOclMVyutanapf0K3ndcg1mam2qJgqjfV7zApwcM7nPZHP6jIOm0fI1TlvTeXeY3GVrjDM3nU05WTZNcaNW3jTb1MNjGDTh' +
      'znGbljFt5vZ0U6K3nEHLacVim1peaEC3HL1KnxOeL28ZLrXZi79Z2jVmmWvYFt+KnXFzrMCDHD01bjCKyzDT0YvFsWKR5hOQ8w' +
      'rL7572rt72LjohgRr5zcv9Hv12/JQ+Y+nm9r8HCnXgw4cPHz58+PDhw4cPHz58/HOM9A+dDTSUEhceYsfpFVsneAZ8pjInNYsP' +
      'enwbVyUa6FHrEQ2kv/98aF8VzqNyTcF67G6gkuU+4kK+Sy7ksveKjlMDNfxxfaZBGlv+tN/9d46+oj1XrhFuovVqBatyVTcms6' +
      '7TKmt+vLGxRpmxczSXGM4lAcBJDs43OJWnoiBgJ7VSUzIloglev305VnlKC7Tnn7tEaPcOZqhy/7HzHjeEvYn+/7K50iMUXMWP' +
      '5ZPNvD0FFKUVDxbTwmXsRrkeTIBSr+6VK6jQGIHGa+TH3oPRCJ5USDkoCbKCdzQr//9t+bbwwqx+Y+i0luWuBmVG8UlmFfOe4/' +
      'aSOH0UeAZwAfU1lDeoT6NcPwawifbbaPuC8hBtKtmfApxAfRVlg3SUFYxdw9hFtG2iPEJbZ1JU6ySd7KgvJqlTeUNsN6vPfJU3' +
      'JHwAbRElLLinFujY8X/v4Lepg2c0Hbm39QsvckqB5RQAAA==',
    'a soft link, which is not followed',
  ],
  new_external_link: [
    'H4sIAAAAAAACA+2Yz2sTQRTH36ZJCCEpa6ygpUJY9WQIrSUiPajQoFGrAT1JCcs0mTRLN7s1M6kpZY8eehL/iFL/Az0WiqBnwR' +
      '/4B3jw5F+g82Zm6xoSoeBxPrDZ3ffevDfzNpf33W/U7xTz8/mZXA5ifmnyZ9X7orb/2H992GzUH6fKBy/TW8lrZNsAx7YKIzo8' +
      'nwILAD1vzijLivYUbgLMQBHmIA3QDzvUd9th0PU24YJlAabBy5KxOUiJ3wXxcqxXS3taPX/6ehjeXW2uSZud8Os1yJ7T9gljbk' +
      'D61FkpO0/osyENuEd8p1J2VGFh33PiANYnvvT5ZJcOmDCtj+e4F2wP+Rq6x3JsEN7uuaxHtjFuPRj6fqV8vSWCOnxX2pyuHxK+' +
      'fA0Xxuk8TOdEUaU8XqhOA0an7LMT+4aBx3GbNfFM2tzbIdwLA3mUsMv7ZCSDGHU3PIJxXeIzGkWtKML+pHS/svq+XF2qVZfwCy' +
      'ky+i7L/Wn9SfwWHQTUP/n3wGgWDAaDwWAwGAwGg8Fg+O80VxsPUqWkcBFTuIVT7KzSGcSYSpi7IwZ6MRtPFRpwqI2FBnz//P3q' +
      'pSmax+SaSvU4V8KS4z7UQn5qLeRpPEXbuIGMHK7vl7Rx/l/nvfLqxns88+Qa2fOYr6hUlefU2+xxdlnX/PbiyxGuLDzEvhREX+' +
      'YApMgh9QY2uSuWAP6WVjKJLqFM8OHju9bkLh2cvkuFR7E6JHanTnDK7SU/IqoV2YvCl7udVUqFaEbIe3RQ7dVi7WLh7VH4G04/' +
      'dVAKEwAA',
    'an external link, which is not followed',
  ],
  virtual: [
    'H4sIAAAAAAACA+1ZzW7TQBBex05lVU2VQpSUEFHLJw5R1FIFIbiASCBIFUUUpEpVFbbJprbq2CF2SqrK4hpOnJB4ASSOHHkEHo' +
      'HH4Mit7G9iuy2kRYhD9ruMd+bzzsY7/pKdvGvUHmXmi/OAQNeBBrIgihOOxkp8LOKvuFW4HXH7OSX8aRpb5v4sn99Q2dji/hfP' +
      '63XCPklA5PmSZ1YHErOIRv3BM2K3+VjU07dUnNf12shpvkH2vhX4kbq8f8m8ol5HV+P1ugAavL4zIIerkuVteW7H3if+a4pC78' +
      'yO16DH3pMSvhipk3fn8cPNDQXwGxI8gmOz5UDfb7qwi8y7hrmFXg+QG9jQMcuGyfJi/7EpCH4XOjTmwCPU97FrJznHE7c3CDZI' +
      'ODHHHgxaVtO3YI/wdtyB45SN27uY1A6OqM/sOB4M1m+RG8V0NpnODMOykUxUQ66PzllnW8QGrh2QZVbxNWwF9iEMbM+lH8XrBF' +
      '04pCQfNfdsSHgd6PgoDHfDkDwfUQZz3K5X1qqVNQD4I8YqxEDTYasl+Aeo7yJnwnsJEsLmBRbqV6yqYKqRmFiAEinOVCKe5kkr' +
      'nQ/3ovW1KN9tCQkJCQkJCQkJCQmJWcKS6DPwseifTfoMi7TPgE+f0G8e4hM9PhxP0Wcg51vRZ2BHUvXMftzPAhsPuf9P/bjV6y' +
      'CSTWLWkOzHia7xdj7OE/0WUY+Nv8y79XSzpuDZRN394H25ceslx+ydvNyjafQm+bwW+I4q+CqHVYJ2D2kjz6f+c/VGUWL7IGw6' +
      'oj/qb/RnWLqY/oAbUn+k/pzWn+/FOE/0df+V/vSW4/X+kY+/FuUeTaM/yec10Z8M1R/2T85EgC6qP9HfPxr1z7GYIng3mU0pY7' +
      '7QrbPGKl4TYS4ZK/w/BAMUdFB4O+bpNJ5S2YQ6/5yaKlbBZroS+Z326b12gCvpv+zDqe/TkqzNy+AXC/CNa0gfAAA=',
    'virtual data set',
  ],
  external_values: [
    'H4sIAAAAAAACA+1ZQW8SQRSeYWndNKWhkQAiaTd78kCItalpPGkExaSxxnpo0jQ4wFA2LrvILpWm2egR/4E/waNHf4I/wZ/h0V' +
      'udmZ0H7FqUVnvqfJe38+bb95aZtx/M42Ot8iS1VFhCHLqOkiiNpnEm8WE9Oob519JiaUfSfk6Af0HM5aU/LeMbWjjuSP+rl9Uq' +
      'Z5/FAHm+ZEOrI4XriFr10Qtu9+UY6ulbIsrrui1q199R66jje1N1+fCSeaFeRzej9bqMarK+UyjDqjLM23SdtnXE/bcwFnemx8' +
      '+gR96TIrsYaZN35+nj3R2M5A0xHsep2bSJ59Ud0qXmA8Pco28H1PEtYpslwwzzMv+pCQSvS2wxZ5MT2veY6yAe45nTG/g7fDoW' +
      'o0H8ZqfudUiP8w6cgW2XjPuHjNTyT4TPbNsu8Tfv8RshnMXDmUFQMuKJKtTx6IznbMHcwLF8/phb7Jo0feuY+JbriI/itv0uGQ' +
      'qSR+sNi3Bem9geDYLDIODrA2WwKO1meWOrvIGQXGKmQiFEOmaTMf4b2neoPdn34Yp65xQUFBQUFBQUFBQUFBT+P1ahzyDH0D+b' +
      '9BlWRJ+BnVOJVz9mJ3p2OJ6jz8DPt9BnSAi/dm4/7mdOnnul/2/9uLu30VQ2heuGeD8Ousb72SgP+i1Qj7V/zLv3fLeCWTSoux' +
      '+yLwfx85nQbmfVHs2jN/H1WpY7itlVhqmE6B6KRp4n/DP1BuPIPoBdmNIf7Q/6MyxeTH+215T+KP35XX++F6I86Otelf708tF6' +
      '/yTHXwtqj+bRn/h6TfQnJfQn/CdnIkAX1Z/p3z9J4V8M5zDw7oQ2gcd80K3zxhp7Js5cNdblfwgGyuko937M08V8IhEGvMHiY5' +
      'mO1w2aoVuge7pURg2D4g3jlX8l71E+tm7GWpTn+h3aLzcsZ9b3cFHV9GXwCzbscH6AHwAA',
    'another file',
  ],
  circle: [
    'H4sIAAAAAAACA+1ZMWzTQBQ9OymyqqZKRZSEEBHLE0NUtVRFCIkIRAJBqmhFGSpVVbgmTmLhOKF2SqrKgjFsjIwdO3bsACgjI2' +
      'PHjowd2cq/810Sm1RNWySG3pNO3//f9/2L7/s59+9TMf8sMpmaRASKgsIoioZxytDL+HXe/4ZJickuk/syt0/QviSzR9n4asjT' +
      '68z++lWhQLxPA+BxDuKeVJDAdUSx8GSFyDWm83z6Ifv9Gs2Kbpbe60at7thDefn4knF5vnZv+vN1ChVZfkdQDLLSi1tuWlWjRu' +
      'y3JIneGe3PQfG9J2m46IYG787zp8tLEmI3BPwIdrWyiW27ZOGGrj1UtVX9XVu3HAObWlbVvLhg39W4g93AJu0z8Y6+ZYNpPTjG' +
      'C6vVdpZId2CMTeyU6yW7jlvEb91qm2ZWvb8BThVnh9q0qtnEzsI9ciMfziDDaa6bVYOB8rpl62fMs8L72pbhkGkuwjUuO8Y2do' +
      'ymRX9Ks+o0cIc62Xpp08DEr4pNW3fdDdclz4enwQ0mF2bnF2fnEWKPGFjIAw0HMhzwf6tvWbo5WPfOtHjnBAQEBAQEBAQEBAQE' +
      'BP49Znidgem8fjaoM0zTOgPsU7Fd2oYdPWyOx6gzkP0trzPI1B4aWY/7nWD7XmY/rx43dxsNRRO4bgjW43jVeC3u9+P1Fp6PxS' +
      'vGXX25nJdgNJ53J6wux8dPxjz5IC7WaBy+CT6vKbaiElzFgCVo9ZAW8mxqP5NvJMm3DlxODPFPiPGPPIJ/OumL8Q+6I/hH8M/f' +
      '5wFHKb8fr+viGjYsdPXzgCD/tJL+fP/C9MOUWKNx+Cf4vAb8E6H8453kDAjoovwz/P8njAbnkdxBQnc9KUt9f85bo/QQzIl4zq' +
      'gZdoagooSCEh/6fgrtl2VvQIVlZkgqZvwMx9H5r+vg5bPc/36fl8/9725a5LAfJ98R2stBZkJD3xBaAb0H7SfoLWgfHyF0DPbP' +
      'YPsFbR9sKrF/BTYC/RDaEdGh7YFvD3y7YDuGdgC2uRz75010Yge9m/sDu+pR2sAfAAA=',
    'reached in two ways',
  ],
  no_values: [
    'H4sIAAAAAAACA+1ZwW7TQBDdtVNkVU2ViigJIaKWTxyiilIVIU4gEghSRRHlUKmqwjbZNBaOE7pOSVVZXMMf8AkcOfIJfAKfwZ' +
      'Fb2V3vxLHbQlpAHLrvMt7Z5xl3d/zSHX9o1J5k58vzSMCyUAbl0DROFBrLyTHMv1YWKztW9pMB/jk5V1L+nIpvm9G4q/yvXtbr' +
      'gn2SAuT5XIishTSuIhr1Ry+E3VZjqKevRpLX67ep13xH3f1uwKbq8uEl80K9jq8n63UBNVR9Z1GeV2WUt9X3O+6+8N/AWN6Zmz' +
      'yDlXhPKvxibMbvztPHmxsYqRtSPIFjp+URxpo+6VHnge1s0bdD6gcu8Zyq7UR5uf/YAQLrEU/OeeSIHjDu2knHeOYPhsGGmE7F' +
      '2CNBq9tkXTIQvB1/6HlV+94uJ7WDI+lzOl6fBGt3xY0QzhXhnDCs2ulENeozes5ztmFu6LuBeMx1fk1agXtIArfvyz+l3wl6ZC' +
      'RJjDb3XCJ4HeIxGoa7YSjWB8rgmrJrK6vrK6sIqSXmKhRBpuM2k+K/oQc+9eJ9Hy3qd05DQ0NDQ0NDQ0NDQ0Pj72MJ+gxqDP2z' +
      'uM+wKPsM/JxKWPOQn+j54XiGPoM430KfwZB+88x+3I+iOvcq/+/6cXduoqlsGlcN6X4cdI23C0ke9FugHht/mHfr+WYN82hQd9' +
      '9VXw7il/KRvV/QezSL3qTXa0HtKOZXea4SsnsoG3lM+s/VG4wT+wB2bkp/zF/oz6hyMf1Bt7T+aP05rT/fykke9HX/lf4MSsl6' +
      '/6jGX8p6j2bRn/R6xfqTlfoTfcmJBeii+jP9/08Gxd8jgYDR7cgaeMIH3TprbPJnEswle1l9Q7BR0ULF9xOeJecNIwpoKaUzMS' +
      'jYKLUSo/+6D6d+Tyu6Ni+Dn61YHy5IHwAA',
    'has no values',
  ],
  sparse: [
    'H4sIAAAAAAACA+2Z0U/TQBzHr+1mGsLIiMs25yJNnyBZCEggxhc1bjoTIkZ8ICFkHtuNNXbdoB2OkEYe53/gn8Cjj/4J/gn+GT' +
      '76hnfXu3UtQwZqTOT3Sciv97tf70rv1293v36slp+lpgpTiKHrKIHSaJQzwelCtC373wqrCDsQ9lSV/iTvywt/WoxvaEG7Jfxv' +
      'XlcqLPoshpznczawOgJuItXKk1fMbom2zKevajSu3WkQu/aeWHstzx3Jy8fXnFfm6+B2NF+nUVXkdwplaFYG89Y7TtPaY/47is' +
      'LPTA+vQY88J0V6MNDCZ+f50411BYkTYnGMY7NuY9etObhNzIeGuUn2e8TxLGybJcMM5qX+Y1MGuG1s8z4bH5EDl7q242O8cLo9' +
      'b511x8bYxV69VXNbuMvitp2ebZeMtR0a1PCOuM9s2h3srdxnJ8rhLDac6fslIz5RmTguueA6G7Kv51geu8xVeozrnnWIPavj8H' +
      '+l0/TauM+DXFLbtTCLa2LbJb6/4/vs/sg0uCXsyuLy6uIyQuIWUxUK4NNRm4jFvyMHDrHDde/PwDMHAAAAAAAAAAAA/HlmZZ1B' +
      'tGX9LKwzzPA6A92nYrd2SHf0dHM8QZ2B7W9lnUHlfm1sPe5HTux7hf+yetzSXTQyG3DTiNfjZNV4KxuNk/UWmY/V35x38+VGWa' +
      'Gjybz7Lupycvx8JrAPsrBGk+hN/H5NixVV6FGGqgSvHvJCnsv9F+qNokTWQdrkiP5ov9CffvFq+oPugf6A/pzXn2+FaJys6/4t' +
      '/enmo/n+SbS/FGCNJtGf+P0K9SfF9Sf4khMK0FX1Z/T3TwKF3yNlgILmA6sqw3ipW+PaGr0mFjlrzIlvCAbK6Sj3YRin835VCw' +
      'bUhdJpqladC3+GJdHwE0T/n67DufdpEXLzOrD3lTLmfTV/yXknC9G2Gsu3BNxaAAAAAACA/4yTR5P8/QTGJZyZqCkAAA==',
    'has 1 chunks of 3',
  ],
  bomb: [
    'H4sIAAAAAAACA+3bz0/TYBgH8LfrgIpAIBJAJDDnRRNCRIIxHhQj6EyIEPFAQsgoo2MNXYe0wxGyqDc8mHg0njgSL5J4MV6EeP' +
      'GqJ+Nf4IGDR7043/ft+25r+SGgeBjfz+Vt3/ft+5b23VP6DJ7GBm/V17bXEkbTSJg0knIFYcD078v2KVEqolwR5VpI1lfxtjZR' +
      '3yjGj6jefkrU3783NMR6FwLkPOstXqkROI5iQzdGWTku9uV6+hjy90tnZgwr/tAwZ1OuU7YuBw45r1yvK6f867WOxMT6rifNdF' +
      'V68yYydtKcZfWnFYUf2Vg8B833OemgGytq6bNz++bIsELEAYF+zHI0YemOE7f1tBG9GomOGQ+yhu2auhXtjkS9eWn9clR2cNK6' +
      'xdssfclYcGjVRHCMO/Z81h1mzYExpnU3kYo7KX2e9Zuws5bVHbk8STvNuEu8Lpq0Mrrbd4kdKIcz2XDRfL47Epxo0LAdY5fznJ' +
      'FtWdt02Wn202094ZqLumtmbP6jZJJuWs/xTo4RnzZ11i+pW46Rz0/m8+z6yGVQLcq+nt7+nl5CxCWmUcjDp6NlONB/zliwDat0' +
      '33MN+MwBAAAAAADAv9ck8wxiX+bPSnmGBp5noO+puhNfpG/09OV4H3kG9n4r8wwhXq/umI/70Sree0X9n/JxF8+QstnguAnm42' +
      'TWeLzF30/mW+R6jP3lvGN3RwYVOppcd99FXk6O39bslVdacI/2E2+C16tO3FGFbjXTKMGzhzyR5/D6XeONovjugyyryuKPukf8' +
      'yXUcLP6QTsQfxJ/t8edLu7+fzOseVfyZb/Ov9xdi/2077tF+4k/wepXiTz2PP943OaUAdND4U/77T5jXV3ttiux33itDij+g7F' +
      'Kq9JxYz6ZIl/gOIUJaNdL6qBjvNN4eUr0BT9J2hZ+fnI+1K/S5mLR01yAnisN7F0INqbGusim14lcVo0dyH7Y9TzuwNg+DPa+U' +
      'HZ5XG9f3Pu7xhUBFYL2FcWkBAAAAKkru69YmezfQPqz2v3n5KR5ee4+LAgAAAAAAAFDpprY2n/CN54W5c2uvAAAAAAAAAKDSrd' +
      'fU8P8DG/j1+tkqLgcAAAAAAABAxfvc2cH/ZVr7WXh3VsEfSgAAAAAAAAD8D+O1176Rjd9bSzsGQGkAAA==',
    'declares 16777216 bytes but stores',
  ],
  lzf: [
    'H4sIAAAAAAACA+1ZTUwTQRR+223JBvkNhCISmexJAiFFgjEmkhpBa0KEiAcSQupStnTjdlvZLYKkkWO9efTIkSNHDmo8evTIka' +
      'NHEy/ecGZ2pttdQH7Ei7zv0Lfz5pufzrz9duftu8zko9bmvmZg0DSIQwc04lDg52C4LOtfCKsIWxN2Jyb9CV7XK/wdon+i+uWC' +
      '8D9/NjXF2IcRyHF2e3yrAeIqIjP1YJbZeVGW8fQ1FuYVS8umnX1tWisFz22Iy/QFx5XxWusKx2sLZER8t0I3jUp/3FzJyVsrzH' +
      '9dUXjLjvoctNB90k8vampw7zx+ODOtgGgQ4TFs6jnbcN2sYxRN/R7R58xXFdPxLMPWh4nuj0v9m7okuEXD5nW2sWGuutS1EO3j' +
      'iVOueNOsOtLHkuHlClm3YJQZb8Gp2PYwubNIScveBvfpebtkeGO3WUPZncW606vVYRIdaNJ0XPOEeS7LuopjeWya4/TayHnWmu' +
      'FZJYf/lVLeKxrrnOSa2SXLYLy8YbtmtbpYrbL1kWHQJOzYyOj4yCiAWGKqQj74cNTGI/yX5qpj2sG+r7fhPYdAIBAIBAKBQCAQ' +
      'iMtHp8wziLLMnwV5hjaeZ6DnVMPNrtETPT0cnyHPwM63Ms8Q43712Hzcr6Q49wr/afm41A1oGA1x1RDNx8ms8XxPmCfzLTIeM3' +
      '857tzTmUmF9ibj7ofIy8n+e7t9e7cH9+gsehNdrxaxowq96qYqwbOHPJHncv+JeqMooX2QNtGgP+of9Ge9/3z6AzdRf1B/jurP' +
      'fl+YJ/O6/0p/yr3heP8gynt9uEdn0Z/oegX608r1x/+SEwjQefWn8f0nzv1Nfp0iebd8G1PqfKlbx5VVOifG7CQD4hsCgaQGyb' +
      'd1nsbrY6rf4TXav8LnJwhVjWug/SZfn1NCCXRPE8qoxtTMQDCFBNQ/WWQudR+OPE/7MTYvAva8Uo55XrmntNsaDJej8RbHpUUg' +
      'EAgEAoH4r9BMX7k/A2xP0CMNUePwCWCWtMMXosI3asvUt3Uf4IAk4T3pgu/Uv0MtYf6PAGnK2aO+/XQ7/d0mQ7TlENQo44CWd6' +
      'lNETUNkOL1B6RdqU38BkE8QnXzKQAA',
    'filter 32000',
  ],
  big_endian: [
    'H4sIAAAAAAACA+1ZQUwTQRSd3RazIZRAbNpaG7vuyUNDQIIxJhCMrdaEiBEPJITUod3SjdttZbdYQjZ6rDePHj1y5MhBNhw9eu' +
      'To0SNHb/hndqbtLqAFNB6Yl0z+/j9//l92/r4yfz8U849jw+lhRKAoKIrGUD+OGQ6yQZ3Pv2JSYrLD5I7M7UN0LsXsYyy+GvH1' +
      'GrO/fFEoEO/jEHie3YQvFSRwFVEsPHxO5DLTeT19lYN+9UZFN0tvdWO95th9dTl/wby8XjvXg/U6goqsvmMoDlXp5y03rKqxTu' +
      'w3JImuHOvegxJ4TzJw0Yn03p0njxYXJMQWhPwItrWyiW27ZOG6rj1QtSX9TUu3HAObWk7V/Lxg39a4g13HJp0z8Za+YYNpJRzj' +
      'qdVsOQtkOhRjDTvlWsmu4SbxW7FapplT762CU8XZojatajawM32XLOThDBJOc92cGk6U1y1bP+M+K3yuZRkOuc0ZuMZlx9jEjt' +
      'Gw6J/SqDp13KZOtl5aMzDxq2LT1l131XXJ8+FlcI3J6YmpmYkphNgjBhbyQdOBjIb8X+sblm729r09Kt45AQEBAQEBAQEBAQEB' +
      'gb+Pcd5nYDrvn/X6DKO0zwDnVGyXNuFED4fjAfoM5HzL+wwytUdO7cf9TLJzL7P/qR83eRP1ZRO4agj343jXeDkR9OP9Fl6PxU' +
      'vmXXq2mJcgGq+7I9aX4/FTcV/eT4g9GoRvws9rhO2oBFdxYAnaPaSNPJvaz+QbSQrsA5dDffwT+Q3/tDPn4x90S/CP4J+T/HOY' +
      'Dvrxvu6/4p9mKljvn5i+lxZ7NAj/hJ9Xj39ilH/8Lzk9Ajov//T//xNFve+R3EFCd3wpS11/zlun6RG4J+I5fjvLviGoKKmg5L' +
      'uun0LnZdkPqDCmi0jFbJDhONr/dR9O/J5mRG1eBN4RQnOfYUBh7hMd2Mk7AP0bjCZCs+/B/h1sH2H8ANsODBWhL2D35mHsgX4I' +
      'A/RZiLMPaz04DHiwZm4XxiTLA9IjOrHD/C89b19BwB8AAA==',
    'little-endian',
  ],
  texts: [
    'H4sIAAAAAAACA+1ZwW7TQBDdjZMqqpoqiCiEEIHlc1TRVkWIE4gEglRRRDlUqqqwSTaNheOErlNSVb6HP+ATOHLkE/gEPoMjt7' +
      'K73sH2lrZpERJS913GMzs74+yOn7Pjj63Gs8JidREJ5PMoi4ooiROFwb20DuNvlcRKzpT8nAF7To5VlL2o4ttWpA+U/c3rZlN4' +
      'n2iAPF/Kkcwjg+uIVvPJKyF3lA719C2T9huOetRrf6Du/iBgibp8fMW8UK+zm+l6XUItVd8FVOJVGeXtjvy+uy/stzGWM4u/7y' +
      'Gfek5q/GJmxc/O86dbmxipCZqfwLHT9QhjbZ8MqfPIdrbp+wn1A5d4Tt12orzcfuyAAxsST4555IgeMG7a1WO88MeTYFMMazE6' +
      'JOgO2mxAxsJv1594Xt1+sMedesGRtDl9b0SC9TUxEcK5IpwThnVbT9SgPqNn3GcPxia+G4jb3ODXpBu4hyRwR778KaN+MCRT6c' +
      'Rou+MS4dcnHqNhuBeGYn2gDBaUXF9Z3VhZRUgtMWehCDIdl1nN/x098KkX+8H6dzQ/sBO9PpfNM2pgYGBgYGBgYGBgYGBwMW5A' +
      'n0Hp0D+L+wzLss/Az6mEtQ/5iZ4fjufoM4hzK/QZMtJu/bEf9/NWpE+V/aJ+3P07KJHN4LpB78dB13innPaDfgvUY+sv826/3G' +
      'pgHg3q7ofqy0H8SimSD8tmj+bhG329ltSOYn5V4iwhu4eykcek/Uy+wTi1DyBzCf6xzuGfae1y/IPuGv4x/HOaf75X037Q1/1X' +
      '/DOupOv9k9K/Vs0ezcM/+nrF/FOQ/BN9yYkJ6LL8k/z/k0Xx90hwwIqJYD58RwBp8XF8Tt4cl0LPZCJzXsWzcEt9MbW1Xz77r/' +
      'bh1Pu0ZmrzKsCJOlvQdPEO/AWV7s38aB8AAA==',
    'expected little-endian numbers',
  ],
  latest_chunks: [
    'H4sIAAAAAAACA+1YTUwTQRR+uy1NUwspWIISEzcr/iQSAhKNIaGKNLUqgoETIaQZ2i1s2G6R3SKENHLQBE9qPJh40oN/NzzpQR' +
      'oSotHEg0ajEA9y8uemBw+e9M3OLJbSmph48DBfMv0677158+ZNe5jvUjwaqw40Bjx+P7j4yRGrZ/NWbn/1YPVWXzzaLyu3L3vH' +
      'i8d0KASwHGJhhIcHZJAAqOdhLbN0cE8wAuCBagiDFyCTTWlGIpk10/oobJckoGnokJxYP8j4uQMny3y1Y/ey729X72aPd/f1OL' +
      'ZQkZ+voZhVkwaxrIRJMpraoagD2tmcZto6MdRmRWUbo31WdQOsDDEcn0FmtEkLTUOlOU6YEzm7h7pLcowQOzmWsMbIBI0bMnOG' +
      '0awcGsaglD3j2NS0kSV2+wG60E2n03RqPt+slG4U1UxLq1BnyvXlTN2mZR7E7yRp61PE1rOmc5Rs2s6QaSfI0hIjOqFxaWJYWj' +
      '4/nM/T/si8Xz7O7S1tB1va6A0xVHF2tvvd+vX4cW3S1Iz1Xw9M14CAgICAgICAgICAgICAwD9HX3f8lFxXLFy4CB6hr9gapjPg' +
      'M5VYiSl80OPbuKLQQB+1rtBA5+8+7d9VQfMovydTPerr6JalPqqFfONayKD7ig7RAqqcx/XJOm5s/NN5d189/Iyeufwevm00Xz' +
      'VTVc5p+uiYbTXxPd9fXFmiK4OnaV+C2JcwgCNyOHqDVb4rEgI2SitVRV2iMsHz10+Gy3fpAj3z961cWdigDJWvP9jrakNYG6v/' +
      'L4srvkKmVdy3M71OeRJIUhNeLC7zlagbpXNPGKRaZSfPoECDHxrOUz/W7tnix5vyyuCRvLLXE9gX5otu/v//lsEPewuV/zG+Wt' +
      'pHH5N0vvCf47X+hR+xrngUGx5w25TiR35RGLgO8LWAZ48ALCG/RL6C/BnHURyPCrGu6DEAt0lRznc4P+X8kbOPq457OL+5MYk3' +
      'HsKssAgwgTzXCXAPWcGxQuc4zhRY9Noi47nH/EY6GS+hfZ7HtBY2t2UNbQuYZwF5LbLZ38pt85FyTf0FiB6AfkYVAAA=',
    'laid out in a way',
  ],
};
