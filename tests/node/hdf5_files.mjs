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
    'H4sIAAAAAAACA+1YTWgTURCezR8hpCWtkWoRXNYeRENILVUoGIUGjVqtpiiUUsJrsmmXbja1u6kpJehBsd4EQTx4qDePvamgEi' +
    'geBAXBgwUvvak3PXjwpDP73tY0JILgwcP7YLKZn/dm3rzdw3x3splTXZH+iD8cBg8/BdbiXE8Je3Ji/fZ4NpPzqfcfBOabpRaL' +
    'AWzEeBgT4REfKADkedLDLSPCE00D+KEL4hAAKFeKupkvVKySMQt7FQVoGxLFjQ2DD3/3obIhVrv2AP//9vLwsdOj42OuLdbkF2' +
    'sIK1rBZLadt1hZ10ZUbUK/WtUtx2CmllA1nhjtK5oXYJeZ6fpMtqwv2miaat3jjLVQdcbI3bLHDHMKc3l7ji1Q3JRVNc2EenQa' +
    'g4rOsmvTSmaFOUNHaKG3nUHbafV6Qm1NlNEtW+9QZ9HzVS3DoTKH8T8rOMYSc4yK5R6lUnLKrOYG2Xp+xmAUV2Kmrdfr0/U69c' +
    'cn+hUSz6Hk4HBykG6IIyiebrrfrd+On9cXLd3cfnug1g0SEhISEhISEhISEhISEv8c46PZc77eZuLCQ/QETbHdnGfAMZXZ+SUc' +
    '6HE27kg00FDrEQ2kf/h0+EAHzqN9Ts567O6llK0+4kK+CS5k0puiY1RA0B2uz/YKY/+fzpu79Owhnbl9jtAe2q+LsyrXdGN2zr' +
    'EHRM6PtzYbtDJ6nvoSxb7EAVySw+Ub7PZdURCwk1oJNnWJaILX719Nt+/STTrz912CWdjBDLWvP3rB44awNl7/XxbXfIWcq7jy' +
    'pvjILU8BRRnAi8VloRZ2o1X3x0HpUfeLHVToC0PfdfJj7f5IGG8qoBwUBFnNu5q1//9ryUWNQ52/mFAP9THEKZ0v4nW8l1v/Af' +
    'D1JZ4vje1HgRcAF1FvoLxDfQHlxnGALbTfRdtnlMdoU8n+HOAk6k9RNklHWcPYBsauom0LZR1tqTTPliKd7Kivpn8BepzwbaAU' +
    'AAA=',
  track_order:
    'H4sIAAAAAAACA+1Zz2sTQRR+u0k1hKYkmJKmFlz25CGU1lJBwaA01YjF1FZECCVO0027dLNJs5uaUoIe600QxGOPetOD4EGl/g' +
    'EFb+qtJ9GbHj3pm9mZ/Ni20mrBg/OF4c1782XezO57E+blQTZzORIeDANFKARBiEInfnKcG+rWxfgd+D1y2cyMmnr8JLjc2XZU' +
    'nY0GFJ8bP8IqMEr/EK4M+eq+zN4s5SkQgTiEoFxZMKxCsWKXzEVqTyoK21iUcdheAVp9gCHs5LlCRZQ9hXzMs9zirGMaGw+KzU' +
    'U8N3cNc3HJdV7E2tvefrn94cpEbopNGYVdvijW9aJFHKdgk7Khn9f0WWOlbtiuSSw9pene2tG+rguCUyYWG7PImlFz0JT3z3HV' +
    'rtbdKTrsm2OeuMWlgrNEqpSXt+uWldLOziFpwV1jNr1kVYg7doZ+UUxn0un0ZjOl+R1lDNsx9lnnghir26ZLlzmOfVJ0zVXimh' +
    'WbbaVScsukwUiOUZg3CeWViOUYzeZcs0mfjyqeOpdjw6Pjw6MYBFzv4ZK5Qxn08ZeNmm1Y7XfS6AMJCQkJCQkJCQkJCQkJiSNH' +
    'biJ7jVYlFPz0saoE3kiJU1jFuztegw9QlaA3WVGVoLfhz8cf1RS8/1LTAOdEeXlhJc5vudx+c2Zyks7kr5OI1T1LQIdHif8N2c' +
    'lL01TebsWRh2S8myeqKyIms3/pN8Y9feLVsh8nPNnLV6JgL47RzWpcrNzkeOvaL1cUpStnhOzpyJ0As++dN98HDpc3a4Myb2Te' +
    '7M6bG4lunqg+HlXezF7PZegviYi7r/HueI/1e3I0Id/RQc4f//Nqnz8Rdv54Rf32AXTY86fztzvI7D3eWOtfhtOeVJUWX5xbe+' +
    'kBXBNlxrRTvNKtQSIEiXstXoiNq6o3YYifdAHl3cnuE06g8U/fgz+ezaSMzT/Dt7cAm2mMTGzwBmAa9S1s71GvYrt/AWAH7Q/R' +
    '9gXbU7Rp1P4a4CLqr7B9pDq2TeRuIXcDbTvYnqNtJO35GaE6taO+kf4FhIEW6jkcAAA=',
  compact:
    'H4sIAAAAAAACA+1ZMUzbQBQ9JwFZiKDQRkmaRsXy1CFCUERVVSqiatKmEiqodEBCKD0Sh1g4ToodGoSsMqZbp4qRkZGRoa0ydu' +
    'zIyNiRsRv9d76LYwNtoK06cE86ff9333eH7/vh+3lfyD2NDqWHEIEsowiKoV6cMnTG/D7vf82sxGyb2f0Q5wdoX4rxMTa+Enb9' +
    'KuNfvcznSfRpAHyeg4RrZSRwHVHIP14gdon5PJ++hvxxtXpZM4pvNX2tals9eTl7xXl5vrZv+vN1GBVYfkdRHLLSnbdUNyv6Gu' +
    'FvSRK9M9Zdg+x7TzJw0Q57786zJ/NzEmI3BOIIttWSgS2raOKapj5U1EXtTVMzbR0balZR3XmB31Z5gFXDBu0z8Ja2YQG1HBzj' +
    'udlo2nOkOzDGKrZL1aJVxQ0St2w2DSOr3F+BoLK9RTm1YtSxPXWP3MiH08lwquNkleBEOc20tAvWWeZ9TVO3yTKn4RqXbH0T23' +
    'rdpH9KvWLXcIsGWVpxVcckroINS3OcFcchz4enwSCzU+OT0+OTCLFHDCrkgk4HNhKIX9c2TM3w9r01It45AQEBAQEBAQEBAQEB' +
    'gb+PUV5nYD6vn3l1hhFaZ4BzKraKm3Cih8NxH3UGcr7ldYYQ5cPn1uN+JNm5l/G/q8dN3EY9swlcNwTrcbxqvJTwx/F6C8/Hwh' +
    '/Ou/hiPifBaDzvTlhdjo+firv2QULsUT96E3xew2xHJbiKg0rQ6iEt5FmUv1BvJMm3D9wO9OhP+Bf608pcTn9ad4T+CP05qz9H' +
    'aX8cr+v+K/1ppPz5vsv8w7TYo370J/i8PP2JUv1xf8nxBOiy+tP7/ROh/CDta0k87q5rQ1I3nuvWeX4Y1kQiR5Ux9huCgpIySr' +
    '7rxsm0P8QGlNEOu48o28kXhPZmYPXQ0GeEFsDvQPsGfgPaziOEjoH/ANx3aPvAKYT/hNAs+IfQjogPbQ9iOxDbBu4Y2gFwEzPs' +
    '64z4hAe/TbkbPd+FH3cj657S/h+c+T+eEe/EVfATTQY0WMAfAAA=',
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
export const keras3_weights =
  'H4sIAAAAAAACA+1ZO08CQRCeOxA2iAE06PlIvJLy7GwkmIi5So1aWEoiCSY+CBiDNlpi50+gpLSkUENpaWlJaUlph7PuHrLL61' +
  'DUGHaSzTBzH7ubYeabPfbGXlufCMwFgAoh4IUwtEqDS2VBtJ3n+1xrXBe5LuuOX/t4ZnB/hM8v43a3k0mKbkjirJPxMy3uTsmo' +
  'iJ1c3aJ6j9sm10+6iDtKXaRzeYDT7Nnh8eFlOifl5/KA62owxr6rOXaMaZ05fBw3xrVsezDzKTJiLmJtsZ3PEJi5auLIx3NdZx' +
  'MSXikezWJwKEg7KvzxL1F/BCjFsRJxwAPAFtpVHM9oZ3FcrwDU0H+LvlccZfSZ1H8PkEC7guOF2jhKiK0itoi+Go479Flxto5F' +
  'bepHuxjvxiPPPEp1nzseyY4zTVRJKR5p6Sdhv4g7SJ/k0y28YX9z3Z2NzTUN9Gbelb0iL8l57OzLnBJxNrcz0dH8/brxwAsP7F' +
  'vAHQ8UQooHFA+084AxLuLOU/Q0MWwe0Jp5d0fE+pbzWMlgPFALckfIHQ9Uw4oHFA+084AZEnGW9B4xbB6oBMX55TxW4i6OpkfF' +
  '5Gt8Kr/nEiEfPVgZ9HOYOFyZ6PP+akx1ZtbSv4iHv0+fkc/h/fpMyVB9RvWZ9j5TjP7sebNb/pJpZscMd/n7OivuW8lo56+TT7' +
  'bR+Zy0JJ2XEkPq77WoOK+cx0p6xfHz/ycy2Rvv1Lk1r2LX+5z0W/cBCX4Dp+4D6H3AO7IsnU64HAAA';
export const refused = {
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
    'H4sIAAAAAAACA+1YTWgTQRR+m6QhhLSkNdJaBJe16MHSX2qhYBRaatVqteJBSgnTdNMs3Wxqd1NTyqqHCvUgiAdbpGCPHr3Zgk' +
      'qlePAgCB4seOlF1JsePNf3ZmZrGhJB8OBhP3hJ3t+8N28yh/nuDQ0M1kabo8FIBDzsSnxOCL1D2h8uL0+PDA2MBtRHK6HpUinG' +
      '4wBbcRHGZHg0AAoAeZ7XC0uf9MSSAEGohQSEAHL5Sd1MpfNWxpiCQ4oCtAyJwmMjEMDPw6hsyWxuD4nf76719J7tHxnmtniJX+' +
      'YQFrS0yWw7ZbGcrvWp2lX9RkG3HIOZWquqicJoX9C8ADvHTO4z2bw+a6NprHyNc9ZMwRkmd9kaE8xJZ1N2ls1Q3JhVMM1W9eQ4' +
      'Bk0689ymZcw8c7q7KNFbzqDlNNdtVcsLDeiWrVfpc9LzFSzDoTZ78DdLO8Ycc4y8xbeSzzg5VuRBtp6aMBjFZZhp66477ro0n4' +
      'CcV1h+d7d19rR10gkJ1MhvXu736Pfip/VZSzf3/j1QrAMfPnz48OHDhw8fPnz48OHjn2Okf+hCoKGUuPAQO02v2DrBM+Azldmp' +
      'OXzQ49u4KtFAj1qPaCD945cTR6twHpVrCtbjYAOVLPcRF/JDciHXvVd0nBqo4Y/r8w3S2Pyn/Y5e2VilPVeuEW6i9WoFq3JTN6' +
      'ayjt0ia366u71JmbGLNJcYziUBwEkOzjfYlaeiIGA/tVJTMiWiCd5+eDNeeUqLtOefB0Ro1z5mqHL/sUseN4S9if7/srnSIxRc' +
      'xf3Ht1Z5ewooSgseLKaFy9iNcj2YAKVePSJXUKExAo23yY+9B6MRPKmQclwSZEXvaNb+/9vyffG1Wf3G0Gk9kbsalBnuRmYd81' +
      '7h9pI4fRR4CXAZ9U2U96jPoNw5BbCD9gdo+4ryFG0q2V8AnEF9HWWbdJQ1jN3E2CW07aA8Q1tHUlTrIJ3sqC8lqVN5Q/JOVp/9' +
      'Jm9I+BjaIkpYcE/N0L7v/97Ob1M7z2jqXdn9Bf3qiwPlFAAA',
    'a soft link, which is not followed',
  ],
  new_external_link: [
    'H4sIAAAAAAACA+2YQWsTQRTH326TEEJSYqygRWFZvRmCtUShBxUaNGo12OJBSlimyaRZutmtmUlNKXv00C8gHryK3j2IN6F48O' +
      'DJg4IfwIMn8QPovJnZGkMiFHqcH2x297037828zeX99+u1m4XcfG4mm4WE35rcSfV+Sdt/7L9+1ajXVm3n2fPU1ug1LBYBDooq' +
      'jOjwnA0WAHrenlCWJe3JXwOYgQLMQQqgF7Vp4LWisONvwhnLAkyDlyVjs2CL37Pi5UCvlvaUev70sHr11nJjRdqKI369BtlzWw' +
      'FhzAtJj7pLjrtGHw9oyH0SuGXHVYWFfc9NAliPBNIXkF3aZ8K0Pp7jdrg94CvoHsuxQXir67Eu2ca49XAQBGXnSlMEtfmutLmd' +
      'ICJ88TIuTNL5mM6N47IzXqhGQ0an7LOd+Aahz3GbVfFMWtzfIdyPQnmUqMN7ZCiDGPU2fIJxHRIwGsfNOMb+2LpfGX1frCxUKw' +
      'v4hRRpfZfl/rb+MH6L9kMaHP57YDgLBoPBYDAYDAaDwWAwHDuN5fpduzQqXCTkr+MUO6t0BjGmEubtiIFezMZThQYcahOhAd+/' +
      'fL94formMbmmUj1OlbDkuA+1kJ9aC3mUTNFF3EBaDtd3Sto4/7/zrj549wLPPLlG5jTmKyhV5Qn1N7ucXdA1vz39+h5X5u9hX/' +
      'KiL3MAUuSQegOb3BVLAP9KK+mRLqFM8PHzh+bkLr08epfy9xN1SOxOneCI2xv9iKhWZM4JX/ZGRikVohkR79J+pVtNtIu1X9ab' +
      'P1wQVqAKEwAA',
    'an external link, which is not followed',
  ],
  virtual: [
    'H4sIAAAAAAACA+1ZzW7TQBBex05lVU2VQpSUEFHLJw5R1FIFIbiASCBIFUUUpEpVFbbJprbq2CF2SqrK4hoeANRH4MiRR+AReA' +
      'yO3Mr+JrbbQlqEOGS/y3hnPu9svOMv2cmHRu1JZr44Dwh0HWggC6I45WisxMci/oZbhdsRt59Twp+msWXuz/L5DZWNLe5/9bJe' +
      'J+zTBESeL3lmdSAxi2jUH70gdpuPRT19S8V5Xa+NnOY7ZO9bgR+py4dXzCvqdXQ9Xq8LoMHrOwNyuCpZ3pbndux94r+hKPTO7H' +
      'gNeuw9KeGLkTp5d54+3txQAL8hwSM4NlsO9P2mC7vIvG+YW+jtALmBDR2zbJgsL/Yfm4Lgd6FDYw48Qn0fu3aSczxze4Ngg4QT' +
      'c+zBoGU1fQv2CG/HHThO2bi7i0nt4Ij6zI7jwWD9DrlRTGeT6cwwLBvJRDXk+uiCdbZFbODaAVlmFV/DVmAfwsD2XPpRvE7QhU' +
      'NK8lFzz4aE14GOj8JwNwzJ8xFlMMftemWtWlkDgD9irEIMNB22WoJ/gPoucia81yAhbF5goX7FqgqmGomJBSiR4kwl4mmetNL5' +
      '+CBaX4vy3ZaQkJCQkJCQkJCQkJglLIk+Ax+L/tmkz7BI+wz49An95iE+0ePD8RR9BnK+FX0GdiRVz+3H/Syw8ZD7/9SPW70JIt' +
      'kkZg3JfpzoGm/n4zzRbxH12PjLvFvPN2sKnk3U3Q/elxu3XnLM3svLPZpGb5LPa4HvqIKvclglaPeQNvJ86r9QbxQltg/CpiP6' +
      'o/5Gf4aly+kPuCX1R+rPWf35XozzRF/3X+lPbzle7yd8/LUo92ga/Uk+r4n+ZKj+sH9yJgJ0Wf2J/v7RqH+OxRTBu81sShnzhW' +
      '6dN1bxmghzyVjh/yEYoKCDwvsxT6fxlMom1Pnn1FSxCjbTtcjvtE8n2gGupP+yD2e+T0uyNq+CX6vrXqZIHwAA',
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
    'H4sIAAAAAAACA+1YTWgTQRR+u0lDiGlJa0q1CC5rUcFSWksVCo3Whhi1Wm1RKKWEabJpl242tbupLSXYg0K9CYKKeNCLeKwnFW' +
      'woFAWhgqJgxYM9+XPTgwdP+mZntqZpIggePMwHky/z3ps3b94kh/muxKOx6kBjwOP3g4ufHLF6Nm/l9lcP3t3ti0f7ZeX6Te94' +
      '8ZgOhQCWQyyM8PCADBIA9TysZZZO7glGADxQDWHwAmSyKc1IJLNmWh+F7ZIENA0dkhPrBxk/d+Bkma927F72/cXZjoNHe/p6HV' +
      'uoyM/XUMyqSYNYVsIkGU3tVNQB7XxOM22dGGqzorKN0T6rugFWhhiOzyAz2qSFpqHSHMfMiZzdS90lOUaInRxLWGNkgsYNmTnD' +
      'aFYODGNQyp5xbGrayBK7fT9d6KbTaTo1n29WSjeKaqalVagz5fpypm7TMjvwO0na+hSx9azpHCWbtjNk2gmytMSITmhcmhiWls' +
      '8P5/O0PzLvl49ze0tbR0sbvSGGKs7Odr9bvx4/rk2amrH+64HpGhAQEBAQEBAQEBAQEBAQ+Ofo64mfkOuKhQsXwUP0FVvDdAZ8' +
      'phIrMYUPenwbVxQa6KPWFRro/O2nfbsqaB7l92SqR30d3bLUR7WQb1wLGXRf0SFaQJXzuD5ex42Nfzpv/5nHt+mZy+/h20bzVT' +
      'NV5YKmj47ZVhPf8/3l1SW6MniS9iWIfQkDOCKHozdY5bsiIWCjtFJV1CUqEzx//XS4fJcu0TN/38qVhQ3KUPn6g6dcbQhrY/X/' +
      'ZXHFV8i0inMrKSZcSSBJTXixuMxXom6Uzj1hkGqVnTyDAg1+aLhI/Vi7Z4sfb8org0fyyl5PYG+YL7rz//9bBj/sKVT+x/hqaR' +
      '99TNL5wn+O1/oXfsS641FseMBtU4ofeaUwcAPgawHPHgFYQn6JfBX5M47DOB4VYt3RIwBuk6Kc73F+xvkjZx9XHXdzfnNrEm88' +
      'hFlhEWACea4L4D6ygmOVznGcLrDotUXGc0/4jXQxXkL7PI9pLWxuyxraFjDPAvJaZLO/ldvmI+Wa+gvZFoe0RhUAAA==',
    'laid out in a way',
  ],
};
